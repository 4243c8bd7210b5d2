import { Worker } from 'node:worker_threads';
import type { OpenHeartbeat } from '@lethe/membership';
import type { Trust } from '@lethe/transport';
import { SharedStatus } from './shared-status.js';
import type { HeartbeatThreadData } from './heartbeat-thread.js';

/**
 * A pulse in a thread of its own, which goes on while training keeps the main thread from everything else for whole steps;
 * with the process it stops and goes on.
 */
export function openHeartbeatThread(address: string, trust: Trust): OpenHeartbeat {
  return (news, onOrphaned, onFailed) => {
    const page = new SharedStatus();
    page.write(news);
    const data: HeartbeatThreadData = { address, trust, page: page.memory };
    const thread = new Worker(new URL('./heartbeat-thread.js', import.meta.url), { workerData: data });
    // Not `once` of node:events, which rejects when the thread fails.
    const ended = new Promise<void>((resolve) => { thread.once('exit', () => { resolve(); }); });
    thread.on('message', onOrphaned);
    thread.on('error', onFailed);
    return {
      tell: (told) => { page.write(told); },
      stop: async () => {
        thread.postMessage('stop');
        await ended;
      },
    };
  };
}

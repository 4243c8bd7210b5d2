import { Worker } from 'node:worker_threads';
import type { OpenHeartbeat } from '@lethe/membership';
import type { Trust } from '@lethe/transport';
import { SharedStatus } from './shared-status.js';
import type { HeartbeatThreadData } from './heartbeat-thread.js';

/**
 * Heartbeats from a thread of their own, which goes on while training keeps the main thread busy for whole steps, and stops with the
 * process.
 */
export function openHeartbeatThread(address: string, trust: Trust): OpenHeartbeat {
  return (first, onOrphaned, onFailed) => {
    const shared = new SharedStatus();
    shared.write(first);
    const data: HeartbeatThreadData = { address, trust, memory: shared.memory };
    const thread = new Worker(new URL('./heartbeat-thread.js', import.meta.url), { workerData: data });
    // Not `once` of node:events, which rejects when the thread fails.
    const ended = new Promise<void>((resolve) => { thread.once('exit', () => { resolve(); }); });
    thread.on('message', onOrphaned);
    thread.on('error', onFailed);
    return {
      update: (status) => { shared.write(status); },
      stop: async () => {
        thread.postMessage('stop');
        await ended;
      },
    };
  };
}

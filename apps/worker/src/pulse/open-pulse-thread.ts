import { Worker } from 'node:worker_threads';
import type { OpenPulse } from '@lethe/membership';
import type { Trust } from '@lethe/transport';
import { NewsPage } from './news-page.js';
import type { PulseThreadData } from './pulse-thread.js';

/**
 * A pulse in a thread of its own, which goes on while training keeps the main thread from everything else for whole steps;
 * with the process it stops and goes on.
 */
export function openPulseThread(address: string, trust: Trust): OpenPulse {
  return (news, onOrphaned, onFailed) => {
    const page = new NewsPage();
    page.write(news);
    const data: PulseThreadData = { address, trust, page: page.memory };
    const thread = new Worker(new URL('./pulse-thread.js', import.meta.url), { workerData: data });
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

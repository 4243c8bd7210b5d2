import { setTimeout as sleep } from 'node:timers/promises';
import { RunFolder } from '@lethe/run-folder';
import type { Ended, PlayedTrial } from './trial-process.js';

/** How often the lock of a trial is looked at. */
const LOOK_MS = 500;

/** A trial that a process plays already: the one of a sweep that was killed. It is waited for. */
export class LiveTrial implements PlayedTrial {
  readonly ended: Promise<Ended>;
  readonly #processId: number;

  constructor(folder: string, processId: number) {
    this.#processId = processId;
    this.ended = this.#end(RunFolder.at(folder));
  }

  interrupt(): void {
    this.#signal('SIGINT');
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  async #end(run: RunFolder): Promise<Ended> {
    while ((await run.coordinatorProcess()) === this.#processId) await sleep(LOOK_MS);
    return { ending: 'interrupted', message: '' };
  }

  #signal(name: NodeJS.Signals): void {
    try {
      process.kill(this.#processId, name);
    } catch {
      // It has ended meanwhile.
    }
  }
}

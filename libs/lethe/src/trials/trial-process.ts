import { setTimeout as sleep } from 'node:timers/promises';
import { foreignText } from '@lethe/errors';
import type { PlacedProcess, Placement, ProcessToPlace } from '@lethe/placement';
import { RunFolder } from '@lethe/run-folder';
import type { TrialEnding } from './trial.js';
import { EXIT } from '../exit-codes.js';

/** Milliseconds between two looks at the lock of a trial. */
const LOOK_MS = 500;

/** How a process that played a trial ended. */
export interface Ended {
  readonly ending: TrialEnding;
  /** The error that it ended with; empty if none. */
  readonly message: string;
}

/** A trial that a process plays. */
export interface PlayedTrial {
  readonly ended: Promise<Ended>;
  /** Asks it to end with a checkpoint. */
  interrupt(): void;
  kill(): void;
}

/** One command of `lethe` in a process, with workers and servers, of its own. */
export class TrialProcess implements PlayedTrial {
  readonly ended: Promise<Ended>;
  readonly #placed: PlacedProcess;

  constructor(placement: Placement, process: ProcessToPlace) {
    this.#placed = placement.place(process);
    this.ended = this.#placed.ended.then(({ code, how, errors }) => {
      const ending = endingOf(code);
      return { ending, message: foreignText(lastError(errors)) || (ending === 'crashed' ? how : '') };
    });
  }

  interrupt(): void {
    this.#placed.interrupt();
  }

  kill(): void {
    this.#placed.kill();
  }
}

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

function lastError(text: string): string {
  return [...text.matchAll(/^error: (.*)/gm)].at(-1)?.[1] ?? '';
}

function endingOf(code: number | null): TrialEnding {
  switch (code) {
    case EXIT.ok:
      return 'completed';
    case EXIT.interrupted:
      return 'interrupted';
    case EXIT.diverged:
      return 'diverged';
    case EXIT.usage:
      return 'refused';
    default:
      return 'crashed';
  }
}

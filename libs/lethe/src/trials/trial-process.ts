import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { foreignText } from '@lethe/errors';
import { RunFolder } from '@lethe/run-folder';
import type { TrialEnding } from './trial.js';
import { EXIT } from '../exit-codes.js';

/** Milliseconds between two looks at the lock of a trial. */
const LOOK_MS = 500;

export interface TrialProcessOptions {
  /** The main module of `lethe`. */
  readonly program: string;
  /** What follows it. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

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
  readonly #child: ChildProcess;

  constructor({ program, argv, environment }: TrialProcessOptions) {
    // In a process group of its own: Ctrl-C at the terminal is the sweep's to pass on, once.
    this.#child = spawn(process.execPath, [...process.execArgv, program, ...argv], {
      env: environment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    this.#child.stderr?.on('data', (text: Buffer) => { errors = (errors + text.toString()).slice(-10_000); });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code) => { resolve({ ending: endingOf(code), message: foreignText(lastError(errors)) }); });
    });
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
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

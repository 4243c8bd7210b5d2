import { LetheError } from '@lethe/errors';
import type { ControlPlane } from '@lethe/membership';

export interface InterruptionOptions {
  readonly control: ControlPlane;
  /** Ends all local processes at once. */
  readonly kill: () => void;
  readonly notice: (line: string) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A round and its checkpoint must be done by then; everything has to have ended a second later. */
const PATIENCE_MS = 3500;

/** The same signal again within this time is the same request. */
const ECHO_MS = 500;

/**
 * Turns Ctrl-C and SIGTERM into an orderly end: the round under way is finished, the checkpoint saved. Whoever asks twice,
 * or before the first round, gets an end at once; so does a round that takes too long.
 */
export class Interruption {
  readonly #options: InterruptionOptions;
  readonly #controller = new AbortController();
  readonly #onSignal = (signal: NodeJS.Signals): void => { this.#interrupt(signal); };
  #isTraining = false;
  #last = { signal: '', atMs: Number.NEGATIVE_INFINITY };
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: InterruptionOptions) {
    this.#options = options;
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on there is something to save. */
  trainingBegins(): void {
    this.#isTraining = true;
  }

  dispose(): void {
    clearTimeout(this.#deadline);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  #interrupt(signal: NodeJS.Signals): void {
    const { signal: lastSignal, atMs } = this.#last;
    this.#last = { signal, atMs: performance.now() };
    // A signal to the whole process group comes once itself and once passed on by whoever started this process.
    if (signal === lastSignal && this.#last.atMs - atMs < ECHO_MS) return;
    if (this.#controller.signal.aborted || !this.#isTraining) {
      this.#controller.abort();
      this.#endNow(`stopped by ${signal}`);
      return;
    }
    this.#controller.abort();
    this.#options.notice(`${signal}: finishing the round and saving a checkpoint (once more to stop at once)`);
    this.#deadline = setTimeout(() => { this.#endNow(`stopped by ${signal}; the round under way took too long to be saved`); }, PATIENCE_MS);
  }

  #endNow(message: string): void {
    this.#options.control.fail(new LetheError('INTERRUPTED', message));
    this.#options.kill();
  }
}

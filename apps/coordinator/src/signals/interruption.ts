import { LetheError } from '@lethe/errors';
import type { Interruptible, RunInterruption } from '@lethe/lethe';
import { hearEndingSignals } from './ending-signals.js';

/** What is lost if a run ends now: nothing before its first round, then the round under way, then what is measured at the end. */
type Stage = 'starting' | 'training' | 'measuring' | 'closing';

/** A round and its checkpoint must be done by then; everything has to have ended a second later. */
const PATIENCE_MS = 3500;

/**
 * Turns Ctrl-C, SIGTERM and SIGHUP into an orderly end: the round under way is finished, the checkpoint saved. Whoever asks twice,
 * before the first round or after the last, gets an end at once; so does a round that takes too long.
 */
export class Interruption implements RunInterruption {
  readonly #notice: (line: string) => void;
  readonly #controller = new AbortController();
  readonly #hearNoMore: () => void;
  #stage: Stage = 'starting';
  /** What to say when the measuring is given up. */
  #loss = '';
  #running: Interruptible | null = null;
  /** Why everything has to end, once it has. */
  #end: LetheError | null = null;
  #lastSignal = '';
  #deadline: NodeJS.Timeout | undefined;

  constructor(notice: (line: string) => void) {
    this.#notice = notice;
    this.#hearNoMore = hearEndingSignals((signal) => { this.#interrupt(signal); });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** There are processes now; they end at once if somebody has asked for that before they were there. */
  started(running: Interruptible): void {
    this.#running = running;
    if (this.#end !== null) this.#endNow(this.#end);
  }

  /** From now on there is something to save. */
  trainingBegins(): void {
    this.#stage = 'training';
  }

  /**
   * From now on all is saved, and only what is measured can be lost.
   * @param loss what to say then: that it is, and how to measure it later
   */
  measuringBegins(loss: string): void {
    clearTimeout(this.#deadline);
    this.#stage = 'measuring';
    this.#loss = loss;
    if (this.#controller.signal.aborted) this.#giveUpMeasuring(this.#lastSignal);
  }

  /** From now on everything ends anyway. */
  closingBegins(): void {
    this.#stage = 'closing';
  }

  dispose(): void {
    clearTimeout(this.#deadline);
    this.#hearNoMore();
  }

  #interrupt(signal: NodeJS.Signals): void {
    this.#lastSignal = signal;
    const isAgain = this.#controller.signal.aborted;
    this.#controller.abort();
    if (isAgain || this.#stage === 'starting') {
      this.#endNow(new LetheError('INTERRUPTED', `stopped by ${signal}`));
    } else if (this.#stage === 'training') {
      this.#notice(`${signal}: finishing the round and saving a checkpoint (once more to stop at once)`);
      this.#deadline = setTimeout(() => {
        this.#endNow(new LetheError('INTERRUPTED', `stopped by ${signal}; the round under way took too long to be saved`));
      }, PATIENCE_MS);
    } else if (this.#stage === 'measuring') {
      this.#giveUpMeasuring(signal);
    }
  }

  #giveUpMeasuring(signal: string): void {
    this.#notice(`${signal}: ${this.#loss}`);
    this.#endNow(new LetheError('INTERRUPTED', `stopped by ${signal}`));
  }

  #endNow(error: LetheError): void {
    this.#end ??= error;
    this.#running?.control.fail(this.#end);
    this.#running?.kill();
  }
}

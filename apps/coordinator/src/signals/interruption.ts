import { LetheError } from '@lethe/errors';
import type { LiveRun, RunStage } from '@lethe/lethe';
import { hearEndingSignals } from './ending-signals.js';

/** A round and its checkpoint must be done by then, if nothing else is said; everything has to have ended a second later. */
const PATIENCE_MS = 3500;

/**
 * Turns Ctrl-C, SIGTERM and SIGHUP into an orderly end: the round under way is finished, the checkpoint saved. Whoever asks twice (by
 * another signal than SIGHUP), before the first round or after the last, gets an end at once; so does a round that takes too long. As long
 * as a run is prepared, signals do to this process what they always do.
 */
export class Interruption {
  readonly #notice: (line: string) => void;
  readonly #loss: () => string;
  readonly #controller = new AbortController();
  #hearNoMore: () => void = () => undefined;
  #run: Pick<LiveRun, 'kill'> | null = null;
  #stage: RunStage = 'preparing';
  readonly #patienceMs: (signal: string) => number;
  #lastSignal = '';
  #deadline: NodeJS.Timeout | undefined;

  /**
   * @param loss what to say when the measuring is given up: what is lost, and how to measure it later
   * @param patienceMs milliseconds that the round under way may take, by the signal
   */
  constructor(notice: (line: string) => void, loss: () => string, patienceMs: (signal: string) => number = () => PATIENCE_MS) {
    this.#notice = notice;
    this.#loss = loss;
    this.#patienceMs = patienceMs;
  }

  /** What ends the run in order. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The signal that came last; null: none. */
  get lastSignal(): string | null {
    return this.#lastSignal === '' ? null : this.#lastSignal;
  }

  /** Follows this run. */
  follow(run: Pick<LiveRun, 'kill'>): void {
    this.#run = run;
  }

  /** How far the run is decides what an end loses: nothing before its first round, then the round under way, then what is measured. */
  stageBegins(stage: RunStage): void {
    this.#stage = stage;
    if (stage === 'starting') this.#hearNoMore = hearEndingSignals((signal) => { this.#interrupt(signal); });
    if (stage === 'measuring') clearTimeout(this.#deadline);
    if (stage === 'measuring' && this.signal.aborted) this.#giveUpMeasuring(this.#lastSignal);
  }

  dispose(): void {
    clearTimeout(this.#deadline);
    this.#hearNoMore();
  }

  #interrupt(signal: NodeJS.Signals): void {
    this.#lastSignal = signal;
    const isAgain = this.signal.aborted;
    this.#controller.abort(new LetheError('INTERRUPTED', `stopped by ${signal}`));
    if (isAgain) {
      this.#run?.kill(`stopped by ${signal}`);
    } else if (this.#stage === 'training') {
      // Another SIGHUP hurries nobody.
      const atOnce = signal === 'SIGHUP' ? 'SIGTERM to stop at once' : 'once more to stop at once';
      this.#notice(`${signal}: finishing the round and saving a checkpoint (${atOnce})`);
      this.#deadline = setTimeout(() => {
        this.#run?.kill(`stopped by ${signal}; the round under way took too long to be saved`);
      }, this.#patienceMs(signal));
    } else if (this.#stage === 'measuring') {
      this.#giveUpMeasuring(signal);
    }
  }

  #giveUpMeasuring(signal: string): void {
    this.#notice(`${signal}: ${this.#loss()}`);
  }
}

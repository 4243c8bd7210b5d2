import { Changes } from '../changes.js';
import { tell } from '../common-options.js';
import { interruptionOf } from '../run/expect-going-on.js';
import type { TrialsWatcher } from './play-trials.js';
import { shownSetting } from './trial-tables.js';
import { isDone, type Trial, type TrialPosition } from './trial.js';

/**
 * How far several runs are: `opening` reads the data and plans them, `opened`: their folder is there, with all that they are; `playing`,
 * `over`.
 */
export type TrialsStage = 'opening' | 'opened' | 'playing' | 'over';

/** Who watches several runs, and ends them. */
export interface TrialsListeners {
  /**
   * Ends those that run, each with a checkpoint, and begins no more; what was begun can be gone on with. Before any has begun, `done` is
   * rejected with INTERRUPTED.
   */
  readonly signal?: AbortSignal | undefined;
  /** Hears each line that somebody should know. */
  readonly onNotice?: ((line: string) => void) | undefined;
  /** Hears of each stage as it begins. */
  readonly onStage?: ((stage: TrialsStage) => void) | undefined;
  /** Hears of a run that has come to something new: another state, or the figures of one more epoch. */
  readonly onTrial?: ((trial: Trial) => void) | undefined;
  /** Hears now and then how far a run is that is being played. */
  readonly onPosition?: ((trial: Trial, position: TrialPosition) => void) | undefined;
}

/** Several runs in one folder, as they are planned. */
export interface OpenedTrials {
  /** Absolute path. */
  readonly folder: string;
  readonly trials: readonly Trial[];
  /** How many are played at once. */
  readonly trialsAtOnce: number;
}

/**
 * Several runs that are being played, each in processes of its own. They go on whether somebody follows them or not. A loop over them gives
 * each one that comes to its end in this process, in that order, and throws what `done` is rejected with.
 */
export interface LiveTrials<Results> extends AsyncIterable<Trial> {
  /** What they came to together, also if they were interrupted. It is rejected with a `LetheError` for what is wrong with them. */
  readonly done: Promise<Results>;
  readonly stage: TrialsStage;
  /** Their folder and what they are now; null as long as they are being planned. */
  readonly opened: OpenedTrials | null;
  /** The settings in which a run differs from others: "beta 0.1, seed 2". */
  settingsOf(trial: Trial): string;
  /** Ends those that run at once. What each of them computed since its last checkpoint is lost. */
  kill(): void;
}

/** The same, for who plays them. */
export class PlayedTrials<Results> implements LiveTrials<Results> {
  readonly done: Promise<Results>;
  readonly #listeners: TrialsListeners;
  readonly #ended: Trial[] = [];
  #opened: OpenedTrials | null = null;
  #stage: TrialsStage = 'opening';
  #interrupt: (() => void) | null = null;
  /** Perhaps before there was anything to interrupt. */
  #isKilled = false;
  readonly #changes = new Changes();

  constructor(listeners: TrialsListeners, play: (played: PlayedTrials<Results>) => Promise<Results>) {
    this.#listeners = listeners;
    this.done = Promise.resolve().then(() => play(this)).finally(() => {
      this.#begin('over');
      this.#changes.notify();
    });
  }

  get stage(): TrialsStage {
    return this.#stage;
  }

  get opened(): OpenedTrials | null {
    return this.#opened;
  }

  settingsOf({ values }: Trial): string {
    const trials = this.#opened?.trials ?? [];
    return Object.entries(values)
      .filter(([path, value]) => trials.some((other) => shownSetting(other.values[path]) !== shownSetting(value)))
      .map(([path, value]) => `${path.split('.').at(-1) ?? path} ${shownSetting(value)}`)
      .join(', ');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Trial, void, undefined> {
    this.done.catch(() => undefined);
    for (let next = 0; ;) {
      const changed = this.#changes.next;
      const trial = this.#ended[next];
      if (trial !== undefined) {
        next += 1;
        yield trial;
      } else if (this.#stage === 'over') {
        await this.done;
        return;
      } else {
        await changed;
      }
    }
  }

  kill(): void {
    this.#isKilled = true;
    // The first request ends them with a checkpoint.
    this.#interrupt?.();
    this.#interrupt?.();
  }

  /** Says what they are. */
  open(opened: OpenedTrials): void {
    this.#opened = opened;
    this.#begin('opened');
  }

  /** Tells the listeners. */
  watcher(): TrialsWatcher {
    const { signal, onNotice, onTrial, onPosition } = this.#listeners;
    return {
      begin: (interrupt) => {
        this.#interrupt = interrupt;
        this.#begin('playing');
        const onAbort = (): void => { interrupt(); };
        // There is nothing to interrupt yet.
        if (signal?.aborted === true) queueMicrotask(onAbort);
        if (this.#isKilled) queueMicrotask(() => { this.kill(); });
        signal?.addEventListener('abort', onAbort);
        return {
          onChange: (trial, trials) => { this.#change(trial, trials, onTrial); },
          onPosition: (trial, _, position) => { tell(onPosition && ((now: TrialPosition) => { onPosition(trial, now); }), position); },
          onNotice: (line) => { tell(onNotice, line); },
          end: () => { signal?.removeEventListener('abort', onAbort); },
        };
      },
      onWarning: (warning) => { tell(onNotice, `warning: ${warning}`); },
    };
  }

  /** @throws LetheError INTERRUPTED */
  expectGoingOn(): void {
    if (this.#listeners.signal?.aborted === true) throw interruptionOf(this.#listeners.signal);
  }

  #change(trial: Trial, trials: readonly Trial[], onTrial: TrialsListeners['onTrial']): void {
    // Some may be played by others.
    const known = this.#opened?.trials.map((other) => trials.find(({ name }) => name === other.name) ?? other) ?? [];
    if (this.#opened !== null) this.#opened = { ...this.#opened, trials: known };
    if (isDone(trial) && !this.#ended.some(({ name }) => name === trial.name)) this.#ended.push(trial);
    tell(onTrial, trial);
    this.#changes.notify();
  }

  #begin(stage: TrialsStage): void {
    this.#stage = stage;
    tell(this.#listeners.onStage, stage);
  }
}

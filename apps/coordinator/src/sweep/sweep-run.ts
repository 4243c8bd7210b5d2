import { setTimeout as sleep } from 'node:timers/promises';
import { AsynchronousHalving, isDone, stateAfter, type Trial } from '@lethe/sweep';
import type { SweepFolder } from './sweep-folder.js';
import type { SweepState } from './sweep-state.js';
import { TrialProcess, type Ended } from './trial-process.js';

export interface SweepRunOptions {
  readonly folder: SweepFolder;
  readonly state: SweepState;
  /** The environment of each slot's trials: its share of the GPUs. */
  readonly environments: readonly Readonly<Record<string, string | undefined>>[];
  /** Told whenever a trial has come to something new. */
  readonly onChange: (trial: Trial, trials: readonly Trial[]) => void;
}

/** How often a trial's metrics are looked at. */
const LOOK_MS = 500;

/** Plays the trials that are not done on the free slots, each in processes of its own. */
export class SweepRun {
  readonly #options: SweepRunOptions;
  readonly #halving: AsynchronousHalving | null;
  readonly #running = new Map<string, TrialProcess>();
  #trials: Trial[];
  #interrupted = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: SweepRunOptions) {
    this.#options = options;
    const { halving, trials } = options.state;
    this.#halving = halving === null ? null : new AsynchronousHalving(halving);
    // What was running when the sweep was killed begins again where it was.
    this.#trials = trials.map((trial) => (trial.state === 'running' ? { ...trial, state: 'waiting', attempts: Math.max(0, trial.attempts - 1) } : trial));
  }

  get trials(): readonly Trial[] {
    return this.#trials;
  }

  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  /** Ends when every trial is done, or when those that run have ended after an interruption. */
  async play(): Promise<void> {
    await this.#replayHalving();
    await Promise.all(this.#options.environments.map((environment) => this.#fillSlot(environment)));
    await this.#save();
  }

  /** Has the running trials end with a checkpoint and begins no more; the second time, ends them at once. */
  interrupt(): void {
    for (const running of this.#running.values()) {
      if (this.#interrupted) running.kill();
      else running.interrupt();
    }
    this.#interrupted = true;
  }

  async #fillSlot(environment: SweepRunOptions['environments'][number]): Promise<void> {
    for (let trial = this.#next(); trial !== undefined; trial = this.#next()) await this.#playTrial(trial, environment);
  }

  #next(): Trial | undefined {
    return this.#interrupted ? undefined : this.#trials.find(({ state }) => state === 'waiting');
  }

  async #playTrial({ name, attempts }: Trial, environment: SweepRunOptions['environments'][number]): Promise<void> {
    this.#change(name, { state: 'running', attempts: attempts + 1, message: '' });
    const { folder } = this.#options;
    const resumes = await folder.hasCheckpoint(name);
    let attempt = await this.#attempt(name, environment, resumes);
    // A run that was complete but for its evaluation has nothing to resume.
    if (resumes && attempt.ending === 'refused') attempt = await this.#attempt(name, environment, false);
    const { ending, message, wasStopped } = attempt;
    const isOurs = wasStopped || this.#interrupted;
    const known = this.#find(name);
    const state = stateAfter(known, ending === 'interrupted' && !isOurs ? 'crashed' : ending, wasStopped);
    const uncounted = this.#interrupted && state === 'waiting';
    this.#change(name, { state, message, figures: { ...known.figures, ...(await folder.figures(name)) }, attempts: uncounted ? attempts : known.attempts });
    await this.#save();
  }

  async #attempt(name: string, environment: SweepRunOptions['environments'][number], resumes: boolean): Promise<Ended & { wasStopped: boolean }> {
    const { folder } = this.#options;
    if (!resumes) await folder.removeTrial(name);
    const what = resumes ? ['--resume', name] : ['--config', folder.configFile(name), '--name', name];
    const process = new TrialProcess({ argv: ['train', ...what, '--runs-dir', folder.trials, '--quiet'], environment });
    this.#running.set(name, process);
    if (this.#interrupted) process.interrupt();
    const watching = new AbortController();
    const watched = this.#watch(name, process, watching.signal);
    const ended = await process.ended;
    watching.abort();
    this.#running.delete(name);
    return { ...ended, wasStopped: await watched };
  }

  /** Follows a trial's epochs. @returns whether halving has stopped it */
  async #watch(name: string, process: TrialProcess, signal: AbortSignal): Promise<boolean> {
    let seen = 0;
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      // One that has ended is looked at once more: its last epochs are news as well.
      const isLast = signal.aborted;
      for (const { epoch, figures } of (await this.#options.folder.epochs(name)).slice(seen)) {
        seen += 1;
        this.#change(name, { figures: { ...this.#find(name).figures, epochs: epoch, ...figures } });
        if (this.#goesOn(name, epoch, figures) || isLast) continue;
        process.interrupt();
        return true;
      }
      if (isLast) return false;
    }
  }

  #goesOn(name: string, epoch: number, figures: Readonly<Record<string, number>>): boolean {
    const figure = figures[this.#options.state.halving?.figure ?? ''];
    return this.#halving === null || figure === undefined || this.#halving.goesOn(name, epoch, figure);
  }

  /** A sweep that goes on remembers who came to which rung. */
  async #replayHalving(): Promise<void> {
    for (const { name } of this.#trials.filter((trial) => isDone(trial) || trial.attempts > 0)) {
      for (const { epoch, figures } of await this.#options.folder.epochs(name)) this.#goesOn(name, epoch, figures);
    }
  }

  #find(name: string): Trial {
    const trial = this.#trials.find((found) => found.name === name);
    if (trial === undefined) throw new TypeError(`the sweep has no trial ${name}`);
    return trial;
  }

  #change(name: string, change: Partial<Trial>): void {
    const changed = { ...this.#find(name), ...change };
    this.#trials = this.#trials.map((trial) => (trial.name === name ? changed : trial));
    this.#options.onChange(changed, this.#trials);
    if (change.state !== undefined) void this.#save().catch(() => undefined); // written again, and heard, at the end of the trial
  }

  #save(): Promise<void> {
    const { folder, state } = this.#options;
    this.#saving = this.#saving.catch(() => undefined).then(() => folder.write({ ...state, trials: this.#trials }));
    return this.#saving;
  }
}

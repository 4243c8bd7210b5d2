import { setTimeout as sleep } from 'node:timers/promises';
import { PLACED } from '@lethe/config';
import { errorCode, errorMessage } from '@lethe/errors';
import type { Placement, ProcessToPlace, Resources } from '@lethe/placement';
import { commandLineProgram } from '@lethe/programs';
import { AsynchronousHalving } from './asynchronous-halving.js';
import { stateAfter, toBePlayed, type Trial, type TrialPosition } from './trial.js';
import type { DataReading, Logging } from '../requests.js';
import type { TrialsFolder } from './trials-folder.js';
import type { TrialsState } from './trials-state.js';
import { LiveTrial, TrialProcess, type Ended, type PlayedTrial } from './trial-process.js';
import { nextStep, type TrialStep } from './trial-step.js';

export interface TrialRunnerOptions extends Logging {
  readonly folder: TrialsFolder;
  readonly state: TrialsState;
  /** Where trials are played. */
  readonly placement: Placement;
  /** What a trial is given there. */
  readonly resources: Resources;
  /** What each slot's trials have in their environment: its share of the GPUs. */
  readonly environments: readonly Readonly<Record<string, string | undefined>>[];
  readonly data: DataReading;
  /** Called whenever a trial changes. */
  readonly onChange: (trial: Trial, trials: readonly Trial[]) => void;
  /** Called at every look at a trial that runs. */
  readonly onPosition: (trial: Trial, trials: readonly Trial[], position: TrialPosition) => void;
  readonly onNotice: (line: string) => void;
  /** Of this machine, which trials share; null: they are played elsewhere. */
  readonly cores: number | null;
  /** Further trials of the sweep, which other processes play at the same time; null: there are none. */
  readonly others: readonly string[] | null;
}

/** How often a trial's metrics are looked at. */
const LOOK_MS = 500;

type Environment = TrialRunnerOptions['environments'][number];

/** How a trial's process ended, and whether halving had asked for that. */
type EndedTrial = Ended & { readonly wasStopped: boolean };

/** Plays the trials that are not done on the free slots, each in processes of its own. */
export class TrialRunner {
  readonly #options: TrialRunnerOptions;
  readonly #halving: AsynchronousHalving | null;
  readonly #running = new Map<string, PlayedTrial>();
  #trials: Trial[];
  #interrupted = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: TrialRunnerOptions) {
    this.#options = options;
    const { halving, trials } = options.state;
    this.#halving = halving === null ? null : new AsynchronousHalving(halving);
    this.#trials = trials.map(toBePlayed);
  }

  get trials(): readonly Trial[] {
    return this.#trials;
  }

  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  /**
   * Ends when every trial is done, or when those that run have ended after an interruption. What fails here leaves none of them running.
   */
  async play(): Promise<void> {
    // Nobody who came to a rung before is judged there once more, against those who came later.
    await this.#rememberRungs(this.#trials.map(({ name }) => name));
    const slots = await Promise.allSettled(this.#options.environments.map((environment) => this.#fillSlot(environment)));
    await this.#save();
    for (const slot of slots) if (slot.status === 'rejected') throw slot.reason;
  }

  /** Has the running trials end with a checkpoint and begins no more; the second time, ends them at once. */
  interrupt(): void {
    for (const running of this.#running.values()) {
      if (this.#interrupted) running.kill();
      else running.interrupt();
    }
    this.#interrupted = true;
  }

  async #fillSlot(environment: Environment): Promise<void> {
    try {
      for (let trial = this.#next(); trial !== undefined; trial = this.#next()) await this.#playTrial(trial, environment);
    } catch (error) {
      if (!this.#interrupted) this.interrupt();
      throw error;
    }
  }

  #next(): Trial | undefined {
    return this.#interrupted ? undefined : this.#trials.find(({ state }) => state === 'waiting');
  }

  async #playTrial({ name, attempts }: Trial, environment: Environment): Promise<void> {
    this.#change(name, { state: 'running', attempts: attempts + 1, message: '' });
    const { ending, message, wasStopped } = await this.#toItsEnd(name, environment);
    const known = this.#find(name);
    const state = stateAfter(known, this.#endingAsMeant(ending, wasStopped), wasStopped);
    const uncounted = this.#interrupted && state === 'waiting';
    this.#change(name, {
      state,
      message: uncounted ? '' : message,
      figures: { ...known.figures, ...(await this.#options.folder.figures(name)) },
      attempts: uncounted ? attempts : known.attempts,
    });
    await this.#save();
  }

  /** Nobody else's signal is meant for a trial; and one that was cut short by the sweep's has not crashed. */
  #endingAsMeant(ending: Ended['ending'], wasStopped: boolean): Ended['ending'] {
    if (ending === 'interrupted' && !wasStopped && !this.#interrupted) return 'crashed';
    return ending === 'crashed' && this.#interrupted ? 'interrupted' : ending;
  }

  async #toItsEnd(name: string, environment: Environment): Promise<EndedTrial> {
    for (;;) {
      let step: TrialStep;
      try {
        step = await nextStep(this.#options.folder, name, this.#options.data);
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        return { ending: 'refused', message: errorMessage(error), wasStopped: false };
      }
      if (this.#interrupted && step.kind !== 'wait') return { ending: 'interrupted', message: '', wasStopped: false };
      if (step.kind === 'none') return { ending: 'completed', message: '', wasStopped: false };
      const ended = await this.#attempt(name, step, environment);
      if (step.kind !== 'wait' || ended.wasStopped) return ended;
    }
  }

  /** A trial beside others measures with no more workers than its part of the cores allows. */
  #shareOf({ kind }: TrialStep): string[] {
    const { cores, environments } = this.#options;
    return kind === 'train' && cores !== null ? ['--measuring-workers', String(Math.max(1, Math.floor(cores / environments.length)))] : [];
  }

  #processOf(name: string, step: Extract<TrialStep, { readonly argv: readonly string[] }>, environment: Environment): ProcessToPlace {
    const { resources, logLevel, cores, onNotice, folder } = this.#options;
    return {
      name, resources, environment, message: null, printedFile: null, folder: folder.folder,
      command: [
        process.execPath, ...process.execArgv, commandLineProgram(), ...step.argv, ...this.#shareOf(step), '--log-level', logLevel,
        // Here one that outlives its sweep goes on, and is waited for; elsewhere nobody would see it.
        ...(cores === null ? [PLACED] : []),
      ],
      onStarted: (host) => { if (cores === null) onNotice(`${name} is played on ${host}`); },
    };
  }

  async #attempt(name: string, step: Exclude<TrialStep, { kind: 'none' }>, environment: Environment): Promise<EndedTrial> {
    const { folder, onNotice } = this.#options;
    if (step.kind === 'wait') onNotice(`${name}  is still played by process ${step.processId}: waiting for its end`);
    const played =
      step.kind === 'wait'
        ? new LiveTrial(folder.runFolder(name), step.processId)
        : new TrialProcess(this.#options.placement, this.#processOf(name, step, environment));
    this.#running.set(name, played);
    if (this.#interrupted) played.interrupt();
    const over = new AbortController();
    const watched = this.#watch(name, played, { over: over.signal, isJudged: step.kind !== 'evaluate' }).catch((error: unknown) => {
      played.interrupt();
      throw error;
    });
    const [ended, wasStopped] = await Promise.allSettled([played.ended.finally(() => { over.abort(); }), watched]);
    this.#running.delete(name);
    if (ended.status === 'rejected') throw ended.reason;
    if (wasStopped.status === 'rejected') throw wasStopped.reason;
    return { ...ended.value, wasStopped: wasStopped.value };
  }

  /** Follows a trial's epochs. @returns whether halving has stopped it */
  async #watch(name: string, played: PlayedTrial, { over, isJudged }: { over: AbortSignal; isJudged: boolean }): Promise<boolean> {
    let seen = 0;
    let isStopped = false;
    const { folder, onPosition } = this.#options;
    for (;;) {
      if (!over.aborted) onPosition(this.#find(name), this.#trials, await folder.position(name));
      await sleep(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
      // One that has ended is looked at once more: its last epochs count as well.
      const isLast = over.aborted;
      for (const { epoch, figures } of (await folder.epochs(name)).slice(seen)) {
        seen += 1;
        this.#change(name, { figures: { ...this.#find(name).figures, epochs: epoch, ...figures } });
        if (isStopped || !isJudged || await this.#goesOn(name, epoch, figures)) continue;
        isStopped = true;
        played.interrupt();
      }
      if (isLast) return isStopped;
    }
  }

  async #goesOn(name: string, epoch: number, figures: Readonly<Record<string, number>>): Promise<boolean> {
    const figure = figures[this.#options.state.halving?.figure ?? ''];
    // Its figure is written down: of two that come to a rung at once, at least one is compared with the other.
    if (this.#halving?.isRung(epoch) === true) await this.#rememberRungs(this.#options.others ?? []);
    const goesOn = this.#halving === null || figure === undefined || this.#halving.goesOn(name, epoch, figure);
    // After its last epoch all is spent that stopping could save: it is measured as those are that it is compared with.
    return goesOn || epoch === this.#find(name).epochs;
  }

  /** Remembers who came to which rung, by what they have written. */
  async #rememberRungs(trials: readonly string[]): Promise<void> {
    const { folder, state: { halving } } = this.#options;
    if (halving === null) return;
    for (const name of trials) {
      for (const { epoch, figures } of await folder.epochs(name)) {
        const figure = figures[halving.figure];
        if (figure !== undefined) this.#halving?.passed(name, epoch, figure);
      }
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
    const { folder, state, others } = this.#options;
    this.#saving = this.#saving.catch(() => undefined).then(async () => {
      if (others === null) await folder.write({ ...state, trials: this.#trials });
      else for (const trial of this.#trials) await folder.tasks.write(state, trial);
    });
    return this.#saving;
  }
}

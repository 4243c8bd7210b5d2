import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { loadedCode } from '@lethe/code';
import { codeNamedBy, parseSavedConfig, savedConfigJson, type RunConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { RunEvaluation } from '@lethe/evaluation';
import { expectWritableFolder, isRoom, jobFolder, keepCode, loadKeptCode, RunLock, type LockOptions } from '@lethe/run-folder';
import type { PlannedTrial, Trial, TrialPosition } from './trial.js';
import { finalFigures, isComplete, readEvaluation, readSummary, summaryFigures } from '../evaluation/final-figures.js';
import { FollowedMetrics } from '../record/followed-metrics.js';
import { epochFigures, HELD_OUT, prefixed } from '../record/metrics.js';
import { TrialTasks } from './trial-tasks.js';
import { parseTrialsState, trialsStateText, type TrialsState } from './trials-state.js';

/** A name for a folder, made of the time. */
export function nameOfNow(prefix: string): string {
  return `${prefix}-${new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')}`;
}

const STATE = 'sweep.json';
const LOCK = 'lock';

/** What a trial is called, by its place from 0 among all. */
export function trialName(index: number): string {
  return String(index + 1).padStart(3, '0');
}

/**
 * The folder of a sweep, or of other runs that belong together: `sweep.json`, `configs/` and `trials/` with a run's folder for each trial.
 */
export class TrialsFolder {
  readonly folder: string;
  /** What processes have that play a trial each. */
  readonly tasks: TrialTasks;
  /** By trial. */
  readonly #metrics = new Map<string, FollowedMetrics>();

  private constructor(folder: string) {
    this.folder = folder;
    this.tasks = new TrialTasks(folder);
  }

  get trials(): string {
    return join(this.folder, 'trials');
  }

  /**
   * Checks, before any work, that several runs can have their folder there.
   * @throws LetheError RUN_EXISTS, or CONFIG_INVALID for a place that takes no folders
   */
  static async expectRoom(folder: string): Promise<void> {
    await expectWritableFolder('--runs-dir', dirname(folder));
    if (!(await isRoom(folder))) throw sweepExists(folder);
  }

  /** @throws LetheError as `expectRoom` does, or STORAGE_FAILED */
  static async create(folder: string): Promise<TrialsFolder> {
    await TrialsFolder.expectRoom(folder);
    await mkdir(dirname(folder), { recursive: true })
      .then(() => (existsSync(jobFolder(folder)) ? undefined : mkdir(folder)))
      .catch((error: unknown) => { throw existsSync(folder) ? sweepExists(folder) : storageError(folder, error); });
    const sweep = new TrialsFolder(folder);
    await sweep.#removedIfFailed(async () => {
      for (const inside of [join(folder, 'configs'), sweep.trials])
        await mkdir(inside).catch((error: unknown) => {
          throw storageError(inside, error);
        });
    });
    return sweep;
  }

  /** The folder of several runs that was named on the command line: a name below `--runs-dir`, or a path; null if there is none. */
  static find(name: string, { folder, runsFolder }: { readonly folder: string; readonly runsFolder: string }): TrialsFolder | null {
    const place = [runsFolder, folder].map((below) => resolve(below, name)).find((found) => existsSync(join(found, STATE)));
    return place === undefined ? null : new TrialsFolder(place);
  }

  /** @throws LetheError CONFIG_INVALID */
  async read(): Promise<TrialsState> {
    const file = join(this.folder, STATE);
    return this.tasks.merged(parseTrialsState(await readFile(file, 'utf8'), file));
  }

  /** Keeps other processes from playing the sweep; locks of its trials that may be broken are. @throws LetheError RUN_LOCKED */
  async lock({ breakLock }: { readonly breakLock: boolean }, onWarning: (warning: string) => void): Promise<RunLock> {
    const options: LockOptions = { onBroken: breakLock ? onWarning : null };
    const lock = await RunLock.acquire(join(this.folder, LOCK), this.folder, options);
    try {
      await this.tasks.expectNone(this.folder, options);
      if (breakLock) for (const trial of await readdir(this.trials)) await this.#breakLock(trial, options);
      if (this.tasks.areThere) {
        await this.write(await this.read());
        await this.tasks.clear();
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  /**
   * Keeps other processes from playing one of the trials, or all of them; each of the others may be played by a process of its own.
   * @throws LetheError RUN_LOCKED
   */
  async lockTrial(
    trial: string, { breakLock }: { readonly breakLock: boolean }, onWarning: (warning: string) => void,
  ): Promise<RunLock> {
    const options: LockOptions = { onBroken: breakLock ? onWarning : null };
    const lock = await this.tasks.lock(trial, this.runFolder(trial), options);
    try {
      // Whoever plays all of them looks for this lock once it has its own: one of the two sees the other.
      await RunLock.expectNone(join(this.folder, LOCK), this.folder);
      if (breakLock) await this.#breakLock(trial, options);
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  /** One that a process of this machine holds is waited for. */
  async #breakLock(trial: string, options: LockOptions): Promise<void> {
    const held = join(this.runFolder(trial), LOCK);
    if (existsSync(held) && (await RunLock.holder(held)) === null)
      await (await RunLock.acquire(held, this.runFolder(trial), options)).release();
  }

  /** Writes down how the trials are, of which this process plays all. */
  async write(state: TrialsState): Promise<void> {
    await this.writeFile(STATE, trialsStateText(state));
  }

  async writeFile(name: string, text: string): Promise<void> {
    await writeFileAtomically(join(this.folder, name), [Buffer.from(text)]);
  }

  /** Writes down the trials that are to be played. Its folder is removed where that fails. @throws LetheError STORAGE_FAILED */
  async begin(planned: readonly PlannedTrial[], state: Omit<TrialsState, 'trials'>): Promise<void> {
    const trials = planned.map(({ key, values, config }, index): Trial => ({
      name: trialName(index),
      key,
      values,
      epochs: config.epochs,
      state: 'waiting',
      attempts: 0,
      figures: {},
      message: '',
    }));
    await this.#removedIfFailed(async () => {
      const named = new Set(planned.flatMap(({ config }) => codeNamedBy(config)).map(({ sha256 }) => sha256));
      await keepCode(this.folder, [...named].map(loadedCode));
      for (const [index, { name }] of trials.entries())
        await this.writeFile(join('configs', `${name}.json`), `${savedConfigJson((planned[index] as PlannedTrial).config)}\n`);
      await this.write({ ...state, trials });
    });
  }

  /** Without its `sweep.json` nobody can go on with the folder, and its name would be taken. */
  async #removedIfFailed(beginning: () => Promise<void>): Promise<void> {
    try {
      await beginning();
    } catch (error) {
      await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  }

  configFile(trial: string): string {
    return join(this.folder, 'configs', `${trial}.json`);
  }

  /** Loads the code of trials that are to be played into this process. @throws LetheError CODE_MISSING, CODE_INVALID, CONFIG_INVALID */
  async loadCode(trials: readonly Trial[]): Promise<void> {
    const loaded = new Set<string>();
    for (const { name } of trials) {
      const config = await this.config(name);
      // Trials of one sweep mostly name the same code, whose file need not be read for each of them.
      const named = codeNamedBy(config).map(({ sha256 }) => sha256);
      if (named.every((sha256) => loaded.has(sha256))) continue;
      await loadKeptCode(config, this.folder);
      for (const sha256 of named) loaded.add(sha256);
    }
  }

  /** What a trial was planned with. @throws LetheError CONFIG_INVALID */
  async config(trial: string): Promise<RunConfig> {
    const file = this.configFile(trial);
    const raw = await readFile(file, 'utf8')
      .then((text) => JSON.parse(text) as unknown)
      .catch((error: unknown) => {
        throw new LetheError(
          'CONFIG_INVALID',
          `${file}: expected what a sweep wrote there, found nothing that can be read (removed, cut off or edited?)`,
          { cause: error },
        );
      });
    return parseSavedConfig(raw, file);
  }

  /** Where the run of a trial lies. */
  runFolder(trial: string): string {
    return join(this.trials, trial);
  }

  /** Epochs that the trial has completed so far, with the figures of the held-out images. */
  async epochs(trial: string): Promise<{ epoch: number; figures: Record<string, number> }[]> {
    const lines = await this.#metricsOf(trial).epochs();
    return lines.map((line) => ({ epoch: Number(line['epoch']), figures: prefixed(HELD_OUT, epochFigures(line)) }));
  }

  /** How far a trial that is played is. */
  async position(trial: string): Promise<TrialPosition> {
    const { epochs, rounds, evaluation } = await this.config(trial);
    const isMeasuring = evaluation && (await this.summary(trial))?.isComplete === true;
    return epochs === null
      ? { unit: 'round', done: await this.#metricsOf(trial).rounds(), total: rounds ?? 0, isMeasuring }
      : { unit: 'epoch', done: (await this.epochs(trial)).at(-1)?.epoch ?? 0, total: epochs, isMeasuring };
  }

  #metricsOf(trial: string): FollowedMetrics {
    const metrics = this.#metrics.get(trial) ?? new FollowedMetrics(this.runFolder(trial));
    this.#metrics.set(trial, metrics);
    return metrics;
  }

  /** What a trial measured at its end; null if it has not. */
  evaluation(trial: string): Promise<RunEvaluation | null> {
    return readEvaluation(this.runFolder(trial));
  }

  /** What a trial came to; null if it was never summed up, or its file cannot be read. */
  async summary(trial: string): Promise<TrialSummary | null> {
    const found = await readSummary(this.runFolder(trial));
    return found === null ? null : { isComplete: isComplete(found), figures: summaryFigures(found) };
  }

  /** Figures of a trial that ended, out of its summary and its evaluation. */
  figures(trial: string): Promise<Record<string, number>> {
    return finalFigures(this.runFolder(trial));
  }
}

function sweepExists(folder: string): LetheError {
  return new LetheError('RUN_EXISTS', `--name: expected the name of a new sweep, found ${folder}; go on with it by --resume`);
}

/** What is read back of a trial's `summary.json`. */
export interface TrialSummary {
  /** It has played all that it was to play. */
  readonly isComplete: boolean;
  readonly figures: Readonly<Record<string, number>>;
}

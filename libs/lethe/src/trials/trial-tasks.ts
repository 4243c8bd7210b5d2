import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { RunLock, type LockOptions } from '@lethe/run-folder';
import type { Trial } from './trial.js';
import { parseTrialsState, trialsStateText, type TrialsState } from './trials-state.js';

const LOCK = '.lock';
const STATE = '.json';

/**
 * What processes have of a sweep that each play one of its trials, at the same time and perhaps on different hosts: a lock for each trial,
 * and a file with its state. Nobody writes a file that another one writes, so that nothing gets lost.
 */
export class TrialTasks {
  readonly #folder: string;

  /** @param sweep absolute path of the sweep's folder */
  constructor(sweep: string) {
    this.#folder = join(sweep, 'tasks');
  }

  /** Whether trials were ever played one by one. */
  get areThere(): boolean {
    return existsSync(this.#folder);
  }

  /** Keeps other processes from playing a trial. @param run where its run lies @throws LetheError RUN_LOCKED, STORAGE_FAILED */
  async lock(trial: string, run: string, options: LockOptions): Promise<RunLock> {
    await mkdir(this.#folder, { recursive: true }).catch((error: unknown) => { throw storageError(this.#folder, error); });
    return RunLock.acquire(join(this.#folder, `${trial}${LOCK}`), run, options);
  }

  /** Number of processes that each play a trial now, as far as that can be known from here. */
  async count(): Promise<number> {
    const holders = await Promise.all((await this.#locks()).map((file) => RunLock.heldBy(file)));
    return holders.filter((holder) => holder !== null).length;
  }

  /** Makes sure that nobody plays one of the trials. @throws LetheError RUN_LOCKED */
  async expectNone(sweep: string, options: LockOptions): Promise<void> {
    for (const file of await this.#locks()) await (await RunLock.acquire(file, sweep, options)).release();
  }

  /** Writes down how a trial is. @param state of the sweep */
  async write(state: TrialsState, trial: Trial): Promise<void> {
    await writeFileAtomically(join(this.#folder, `${trial.name}${STATE}`), [Buffer.from(trialsStateText({ ...state, trials: [trial] }))]);
  }

  /** A state of the sweep, with that of the trials that were played one by one since. @throws LetheError CONFIG_INVALID */
  async merged(state: TrialsState): Promise<TrialsState> {
    if (!this.areThere) return state;
    return { ...state, trials: await Promise.all(state.trials.map((trial) => this.#read(trial))) };
  }

  /** Forgets how trials are, once that is part of the sweep's own state. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #read(before: Trial): Promise<Trial> {
    const file = join(this.#folder, `${before.name}${STATE}`);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw storageError(file, error);
    });
    return text === null ? before : (parseTrialsState(text, file).trials[0] ?? before);
  }

  async #locks(): Promise<string[]> {
    if (!this.areThere) return [];
    return (await readdir(this.#folder)).filter((name) => name.endsWith(LOCK)).map((name) => join(this.#folder, name));
  }
}

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import type { OwnCode } from '@lethe/code';
import { LetheError, errorCode } from '@lethe/errors';
import { keepCode, loadKeptCode } from './kept-code.js';
import { MetricsLog } from './metrics-log.js';
import { RunLock, type LockHolder, type LockOptions } from './run-lock.js';
import { TensorBoardWriter } from './tensorboard-writer.js';
import { expectWritableFolder } from './writable.js';

const CONFIG = 'config.json';
const LOCK = 'lock';
const SUMMARY = 'summary.json';
const TRACE = 'trace.json';
const JOB = 'job';
const NAME = /^[\w][\w.-]{0,99}$/;

export interface NewRunOptions {
  readonly runsFolder: string;
  /** Null: the time of creation becomes the name. */
  readonly name: string | null;
  readonly configJson: string;
  /** What the configuration names of code. */
  readonly code?: readonly OwnCode[];
}

/** The folder with all files of a run, held by one coordinator at a time. */
export class RunFolder {
  readonly folder: string;
  #lock: RunLock | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  get name(): string {
    return basename(this.folder);
  }
  get checkpoints(): string {
    return join(this.folder, 'checkpoints');
  }
  get grids(): string {
    return join(this.folder, 'grids');
  }
  get logs(): string {
    return join(this.folder, 'logs');
  }
  /** File with the token by which workers of other machines join; it exists while the run goes on. */
  get joinToken(): string {
    return join(this.folder, 'join-token');
  }

  /**
   * Checks, before any work, that the run's folder can be made.
   * @throws LetheError RUN_EXISTS if there is a folder of that name; CONFIG_INVALID if the name is no plain file name, or if no folder can
   * be made in `runsFolder`
   */
  static async expectRoom({ runsFolder, name }: Pick<NewRunOptions, 'runsFolder' | 'name'>): Promise<void> {
    if (name !== null && !NAME.test(name)) {
      throw new LetheError('CONFIG_INVALID', `--name: expected letters, digits, dots, dashes and underscores, found "${name}"`);
    }
    await expectWritableFolder('--runs-dir', runsFolder);
    if (name === null || await isRoom(join(runsFolder, name))) return;
    throw runExists(join(runsFolder, name), name);
  }

  /** @throws LetheError as `expectRoom` does, or STORAGE_FAILED */
  static async create({ runsFolder, name, configJson, code = [] }: NewRunOptions): Promise<RunFolder> {
    await RunFolder.expectRoom({ runsFolder, name });
    const run = new RunFolder(name === null ? await makeFolderNamedByTime(runsFolder) : await takeFolder(runsFolder, name));
    run.#lock = await RunLock.acquire(join(run.folder, LOCK), run.folder);
    for (const folder of [run.checkpoints, run.grids, run.logs]) await mkdir(folder);
    await keepCode(run.folder, code);
    await run.writeConfig(configJson);
    return run;
  }

  /** Opens the folder for reading alone, without a lock. */
  static at(folder: string): RunFolder {
    return new RunFolder(folder);
  }

  /** Opens the folder with its lock. @throws LetheError RUN_MISSING if it is no run, RUN_LOCKED if another coordinator holds it */
  static async open(folder: string, options?: LockOptions): Promise<RunFolder> {
    const run = new RunFolder(folder);
    await run.readConfig();
    run.#lock = await RunLock.acquire(join(run.folder, LOCK), run.folder, options);
    return run;
  }

  /** The process of this machine that plays the run; null: no process of this machine does. */
  coordinatorProcess(): Promise<number | null> {
    return RunLock.holder(join(this.folder, LOCK));
  }

  /** Who plays the run, here or on another host, where that cannot be seen from here; null: nobody does. */
  heldBy(): Promise<LockHolder | null> {
    return RunLock.heldBy(join(this.folder, LOCK));
  }

  /** Whether a lock lies there that nobody holds: the process that played the run was killed. */
  async wasKilled(): Promise<boolean> {
    const isThere = await stat(join(this.folder, LOCK)).then(() => true, () => false);
    return isThere && (await this.heldBy()) === null;
  }

  /** The parsed contents of config.json. */
  async readConfig(): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.folder, CONFIG), 'utf8')) as unknown;
    } catch (error) {
      throw new LetheError('RUN_MISSING', `${this.folder}: expected a run with a readable ${CONFIG}`, { cause: error });
    }
  }

  /** The parsed contents of config.json, once the code that it names is loaded. @throws LetheError as `loadKeptCode` does, RUN_MISSING */
  async readConfigWithCode(): Promise<unknown> {
    const config = await this.readConfig();
    await loadKeptCode(config, this.folder);
    return config;
  }

  async writeConfig(configJson: string): Promise<void> {
    await this.writeFile(join(this.folder, CONFIG), Buffer.from(`${configJson}\n`));
  }

  /** Metrics up to `rounds`. Lines of later rounds, which will be played again, are dropped. */
  openMetrics(rounds: number): Promise<MetricsLog> {
    return MetricsLog.open(join(this.folder, 'metrics.jsonl'), rounds);
  }

  openTensorBoard(rounds: number): Promise<TensorBoardWriter> {
    return TensorBoardWriter.open(this.folder, rounds);
  }

  /** Figures at a step for TensorBoard, in an event file of their own beside those of the rounds. */
  async addScalars(step: number, values: Readonly<Record<string, number>>): Promise<void> {
    const tensorBoard = await TensorBoardWriter.open(this.folder, null);
    tensorBoard.scalars(step, values);
    await tensorBoard.close();
  }

  async writeFile(file: string, bytes: Uint8Array): Promise<void> {
    await writeFileAtomically(file, [bytes]);
  }

  /** Rounds in `summary.json`; 0 without a readable one, or if the run was interrupted or diverged. */
  async summarisedRounds(): Promise<number> {
    const found = await readFile(join(this.folder, SUMMARY), 'utf8')
      .then((text) => JSON.parse(text) as { ending?: string; rounds?: number } | null)
      .catch(() => null);
    return found === null || found.ending === 'interrupted' || found.ending === 'diverged' ? 0 : (found.rounds ?? 0);
  }

  /** Whether the process that holds the run has written the summary: it makes no checkpoint any more. */
  async isOver(): Promise<boolean> {
    const writtenMs = (name: string): Promise<number | null> => stat(join(this.folder, name)).then(({ mtimeMs }) => mtimeMs, () => null);
    const [summary, lock] = [await writtenMs(SUMMARY), await writtenMs(LOCK)];
    return summary !== null && lock !== null && summary >= lock;
  }

  async writeSummary(summary: object): Promise<void> {
    await this.writeFile(join(this.folder, SUMMARY), Buffer.from(`${JSON.stringify(summary, null, 2)}\n`));
  }

  /** Writes `trace.json`; null: there is no trace. @returns where it is */
  async writeTrace(json: string | null): Promise<string | null> {
    if (json === null) return null;
    const file = join(this.folder, TRACE);
    await this.writeFile(file, Buffer.from(json));
    return file;
  }

  /** Releases the lock. */
  async close(): Promise<void> {
    await this.#lock?.release();
    this.#lock = null;
  }
}

/** Folder below a run's with what a scheduler was told of it, before it was a run. @param run its folder */
export function jobFolder(run: string): string {
  return join(run, JOB);
}

/** Whether a run, or several, can have that folder: there is none, or one with nothing but what a scheduler was told of it. */
export async function isRoom(folder: string): Promise<boolean> {
  const inside = await readdir(folder).catch((error: unknown) => ((error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null));
  return inside?.every((name) => name === JOB) ?? false;
}

/** A new folder named by the second. Further runs of the same second get a number. */
async function makeFolderNamedByTime(runsFolder: string): Promise<string> {
  const second = new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  for (let number = 1; ; number += 1) {
    try {
      return await makeFolder(runsFolder, number === 1 ? second : `${second}-${number}`);
    } catch (error) {
      if (errorCode(error) !== 'RUN_EXISTS') throw error;
    }
  }
}

async function makeFolder(runsFolder: string, name: string): Promise<string> {
  const folder = join(runsFolder, name);
  await mkdir(runsFolder, { recursive: true }).catch((error: unknown) => { throw storageError(runsFolder, error); });
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? runExists(folder, name) : storageError(folder, error);
  }
}

/** A new folder, or that of a run of which only a scheduler was told. */
async function takeFolder(runsFolder: string, name: string): Promise<string> {
  const folder = join(runsFolder, name);
  return existsSync(jobFolder(folder)) && await isRoom(folder) ? folder : makeFolder(runsFolder, name);
}

function runExists(folder: string, name: string): LetheError {
  const advice = `choose another --name, or go on with it by --resume ${name}`;
  return new LetheError('RUN_EXISTS', `${folder}: expected no run of that name, found one; ${advice}`);
}

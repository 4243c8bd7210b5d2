import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { writeFileAtomically } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { MetricsLog } from './metrics-log.js';
import { TensorBoardWriter } from './tensorboard-writer.js';

const CONFIG = 'config.json';
const LOCK = 'lock';
const NAME = /^[\w][\w.-]{0,99}$/;

export interface NewRunOptions {
  readonly runsFolder: string;
  /** Null: named by the time. */
  readonly name: string | null;
  readonly configJson: string;
}

interface LockHolder { readonly host: string; readonly processId: number }

/** Everything that a run leaves behind, held by one coordinator at a time. */
export class RunFolder {
  readonly folder: string;

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

  /** @throws LetheError RUN_EXISTS if there is a folder of that name, CONFIG_INVALID for a name that is no plain file name. */
  static async create({ runsFolder, name, configJson }: NewRunOptions): Promise<RunFolder> {
    if (name !== null && !NAME.test(name)) {
      throw new LetheError('CONFIG_INVALID', `--name: expected letters, digits, dots, dashes and underscores, found "${name}"`);
    }
    const run = new RunFolder(join(runsFolder, name ?? new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')));
    await mkdir(runsFolder, { recursive: true });
    try {
      await mkdir(run.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new LetheError('RUN_EXISTS', `${run.folder}: expected no run of that name, found one; choose another --name, or go on with it by --resume ${run.name}`, { cause: error });
    }
    await run.#lock();
    for (const folder of [run.checkpoints, run.grids, run.logs]) await mkdir(folder);
    await writeFileAtomically(join(run.folder, CONFIG), [Buffer.from(`${configJson}\n`)]);
    return run;
  }

  /** For reading only: takes no lock. */
  static at(folder: string): RunFolder {
    return new RunFolder(folder);
  }

  /** @throws LetheError RUN_MISSING if it is no run, RUN_LOCKED if another coordinator has it. */
  static async open(folder: string): Promise<RunFolder> {
    const run = new RunFolder(folder);
    await run.readConfig();
    await run.#lock();
    return run;
  }

  /** The parsed contents of config.json. */
  async readConfig(): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.folder, CONFIG), 'utf8')) as unknown;
    } catch (error) {
      throw new LetheError('RUN_MISSING', `${this.folder}: expected a run with a readable ${CONFIG}`, { cause: error });
    }
  }

  /** Metrics after so many rounds; later lines, of rounds that will be played again, are dropped. */
  openMetrics(rounds: number): Promise<MetricsLog> {
    return MetricsLog.open(join(this.folder, 'metrics.jsonl'), rounds);
  }

  openTensorBoard(rounds: number): Promise<TensorBoardWriter> {
    return TensorBoardWriter.open(this.folder, rounds);
  }

  async writeFile(file: string, bytes: Uint8Array): Promise<void> {
    await writeFileAtomically(file, [bytes]);
  }

  async writeSummary(summary: object): Promise<void> {
    await this.writeFile(join(this.folder, 'summary.json'), Buffer.from(`${JSON.stringify(summary, null, 2)}\n`));
  }

  /** Lets others have it. */
  async close(): Promise<void> {
    await rm(join(this.folder, LOCK), { force: true });
  }

  /** The lock of a process that is gone, on this machine, is taken over. */
  async #lock(): Promise<void> {
    const file = join(this.folder, LOCK);
    const holder = JSON.stringify({ host: hostname(), processId: process.pid } satisfies LockHolder);
    try {
      await writeFile(file, holder, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const { host, processId } = JSON.parse(await readFile(file, 'utf8')) as LockHolder;
    if (host !== hostname() || isAlive(processId)) {
      throw new LetheError('RUN_LOCKED', `${this.folder} is in use by process ${processId} on ${host}; if that is gone, delete ${file}`);
    }
    await rm(file, { force: true });
    await writeFile(file, holder, { flag: 'wx' });
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

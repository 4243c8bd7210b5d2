import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import type { RunFolder } from '@lethe/run-folder';
import { openLog, type Log, type OpenLog } from '@lethe/telemetry/log';
import { ownVersion } from '../own-version.js';
import type { Logging } from '../requests.js';
import type { ThisMachine } from '../this-machine.js';

/** What the coordinator of a run is called in its log. */
const COORDINATOR = 'coordinator';

/** Opens the coordinator's log in the run's folder. */
export function openRunLog({ logs, name }: RunFolder, { logLevel }: Logging, notice: (line: string) => void): OpenLog {
  return openLog({
    file: join(logs, `${COORDINATOR}.jsonl`), level: logLevel, position: { process: COORDINATOR, run: name },
    onWarning: (warning) => { notice(`warning: ${warning}`); },
  });
}

interface RunStart {
  readonly description: RunDescription;
  readonly machine: ThisMachine;
  /** Played before. */
  readonly rounds: number;
}

/** What a coordinator begins with: the first line of each of its starts. */
export function logStart(log: Log, { description: { config, totalRounds, facts }, machine, rounds }: RunStart): void {
  const { recipe, seed, shards, batchSize, cluster: { workers, servers, engine, threads, listen } } = config;
  log.info({
    version: ownVersion(), node: process.version, host: hostname(), cores: machine.cores, gpus: machine.gpus.map(({ model }) => model),
    recipe, seed, shards, batchSize, workers, servers, engine, threads, listen, data: facts.fingerprint, totalRounds,
  }, rounds === 0 ? 'the run begins' : `the run goes on after round ${rounds}`);
}

/** How a command ended that did not do what it was to do. */
export interface CommandFailure {
  /** Somebody asked it to stop. */
  readonly isInterrupted: boolean;
  /** Without the causes. */
  readonly message: string;
}

const FAILS = 'the command fails';
const INTERRUPTED = 'the command is interrupted';
/** Bytes of a log's end that are looked through: an error with its stack has a few thousand. */
const TAIL_BYTES = 65_536;

/** How the last command that failed did, by the end of the coordinator's log of a run; null: none did, or the log does not say it. */
export async function lastFailure({ logs }: RunFolder): Promise<CommandFailure | null> {
  const file = await open(join(logs, `${COORDINATOR}.jsonl`)).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, size));
    await file.read({ buffer: tail, position: size - tail.length });
    return tail.toString().split('\n').map(failureIn).findLast((failure) => failure !== null) ?? null;
  } finally {
    await file.close();
  }
}

function failureIn(line: string): CommandFailure | null {
  if (!line.includes(FAILS) && !line.includes(INTERRUPTED)) return null;
  try {
    const { message, error } = JSON.parse(line) as { readonly message?: unknown; readonly error?: { readonly message?: unknown } };
    if (message !== FAILS && message !== INTERRUPTED) return null;
    return { isInterrupted: message === INTERRUPTED, message: typeof error?.message === 'string' ? error.message : '' };
  } catch {
    return null;
  }
}

/** What `play` returns. A failure is written into the log. @throws whatever `play` does */
export async function loggingFailure<Result>(log: Log, play: () => Promise<Result>): Promise<Result> {
  try {
    return await play();
  } catch (error) {
    if (errorCode(error) === 'INTERRUPTED') log.info({ error }, INTERRUPTED);
    else log.error({ error }, FAILS);
    throw error;
  }
}

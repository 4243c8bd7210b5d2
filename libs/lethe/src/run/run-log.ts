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

/** What `play` returns. A failure is written into the log. @throws whatever `play` does */
export async function loggingFailure<Result>(log: Log, play: () => Promise<Result>): Promise<Result> {
  try {
    return await play();
  } catch (error) {
    if (errorCode(error) === 'INTERRUPTED') log.info({ error }, 'the command is interrupted');
    else log.error({ error }, 'the command fails');
    throw error;
  }
}

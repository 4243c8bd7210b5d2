import { basename, dirname, relative } from 'node:path';
import { DEFAULT_LOG_LEVEL } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { checkSweep, jobScript, prepareSweep, workersOfSweep, type JobToSubmit, type SweepOptions } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { SweepCommand } from '../command-line/command.js';
import { expectNumber, jobOf, nameNow, runSubmit, wordsInJob } from './job.js';
import type { Environment } from './on-examples.js';
import { commonOptions } from './options.js';
import { checkedText, sweepOptions, triedBy } from './sweep-options.js';

/** What a sweep has of the process that plays it. */
export interface SweepSurroundings {
  /** What was typed. */
  readonly argv: readonly string[];
  readonly environment: Environment;
}

/** Has a job play a sweep, once all of its runs are checked. */
export async function submitSweep(command: SweepCommand, { argv, environment }: SweepSurroundings): Promise<number> {
  const { resume, placing: { coresPerWorker, gpusPerWorker = 0, job: { scriptOut } }, folder, space, trialsAtOnce } = command;
  const name = resume === null ? command.name ?? `sweep-${nameNow()}` : basename(resume);
  const workers = resume === null ? mostWorkers(space) : await workersOfSweep(resume, commonOptions(command, environment));
  const job: JobToSubmit = {
    ...jobOf(command, environment), name, tasks: trialsAtOnce ?? 1, words: wordsInJob(argv, name, resume ?? undefined),
    coresPerTask: coresPerWorker === undefined ? null : coresPerWorker * workers, gpusPerTask: gpusPerWorker * workers,
  };
  const options = { ...sweepOptions(command, environment), name: resume === null ? name : undefined };
  if (command.jobArray && !command.dryRun) return submitArray(command, job, options);
  const checked = resume === null ? await checkSweep(triedBy(command), options) : null;
  if (!command.dryRun || checked === null) return runSubmit(job, { folder, scriptOut });
  const script = jobScript(command.jobArray ? arrayOf(command, job, checked.trials.map((_, index) => index + 1)) : job);
  process.stdout.write(checkedText(checked, command, script));
  return EXIT.ok;
}

/** @throws LetheError CONFIG_INVALID if it is not said */
function mostWorkers({ 'cluster.workers': said }: SweepCommand['space']): number {
  const most = said?.kind === 'values' ? said.values.map(Number).sort((a, b) => b - a)[0] : undefined;
  return expectNumber(most, "each run's workers");
}

/** Has tasks of a job play the trials of a sweep, whose folder is made first: what is tried does not change while they wait. */
async function submitArray(command: SweepCommand, job: JobToSubmit, options: SweepOptions): Promise<number> {
  const prepared = await prepareSweep(triedBy(command), { ...options, onNotice: (line) => { process.stderr.write(`${line}\n`); } });
  const { toBePlayed, trials, folder } = prepared;
  if (toBePlayed.length === 0)
    throw new LetheError('RUN_MISSING', `${folder}: expected runs that are not done, found ${trials.length} that are`);
  // One that goes on may lie elsewhere.
  const runsFolder = dirname(folder);
  const array = arrayOf({ ...command, runsFolder }, { ...job, runsDir: runsFolder }, toBePlayed);
  try {
    return await runSubmit(array, { folder: command.folder, scriptOut: command.placing.job.scriptOut });
  } catch (error) {
    await prepared.discard();
    throw error;
  }
}

function arrayOf(command: SweepCommand, job: JobToSubmit, tasks: readonly number[]): JobToSubmit {
  return { ...job, tasks: 1, array: { tasks, atOnce: command.trialsAtOnce }, words: wordsOfTask(command, job.name) };
}

/** What `lethe` is told in a task of a job array: the sweep has everything else. */
function wordsOfTask({ folder, runsFolder, resumedData: data, placing, logLevel }: SweepCommand, name: string): string[] {
  const runsDir = relative(folder, runsFolder) || '.';
  const said = Object.entries({
    'runs-dir': runsDir === 'runs' ? undefined : runsDir,
    'cores-per-worker': placing.coresPerWorker, 'gpus-per-worker': placing.gpusPerWorker,
    'data-dir': data.folder ?? undefined, 'unpacked-gib': data.unpackedGiB ?? undefined,
    'log-level': logLevel === DEFAULT_LOG_LEVEL ? undefined : logLevel,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, String(value)]));
  return ['sweep', '--resume', name, '--on', 'slurm', '--job-array', ...said];
}

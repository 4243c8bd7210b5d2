import { basename, relative } from 'node:path';
import { shown } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import {
  checkSweep, jobScript, prepareSweep, slurmTask, sweep,
  type CheckedSweep, type JobToSubmit, type SweepOptions, type SweepSettings,
} from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatTable } from '@lethe/telemetry';
import type { SweepCommand } from '../command-line/command.js';
import { expectNumber, goesOn, isToSubmit, jobOf, nameNow, requeueIfWarned, runSubmit, wordsInJob } from './job.js';
import { commonOptions } from './options.js';
import { placingOptions } from './placing.js';
import { exitCodeOfTrials, watchOnTerminal } from './trials-on-terminal.js';
import type { Environment } from './on-examples.js';

/** What a sweep has of the process that plays it. */
interface Surroundings {
  /** What was typed. */
  readonly argv: readonly string[];
  readonly environment: Environment;
}

/** Plays many configurations side by side, each as a run of its own, and says which are best. */
export async function runSweep(typed: SweepCommand, { argv, environment }: Surroundings): Promise<number> {
  const command = goingOn(typed, environment);
  if (isToSubmit(command.placing, environment)) return submitSweep(command, { argv, environment });
  if (command.dryRun) return describeSweep(command, environment);
  let signal: string | null = null;
  const results = await watchOnTerminal({ isQuiet: false, isOne: command.jobArray, onSignal: (name) => { signal = name; } }, (listeners) => ({
    several: sweep(triedBy(command), { ...sweepOptions(command, environment), ...listeners }),
    onOpened: ({ folder, trials, trialsAtOnce }) => {
      if (command.resume === null) process.stdout.write(`${trials.length} trials, ${trialsAtOnce} at once, in ${folder}\n`);
    },
  }));
  await requeueIfWarned(command.placing, results.isInterrupted ? signal : null, {
    environment, notice: (line) => { process.stdout.write(`${line}\n`); },
  });
  const { table, notes, files, best, bestBy } = results;
  const lines = [...formatTable(table), ...notes, ...files.map((file) => relative(command.folder, file))];
  for (const line of lines) process.stdout.write(`${line}\n`);
  const whyNone = bestBy === null ? '--best says by which figure' : `none that is completed has a finite ${bestBy.figure}`;
  process.stdout.write(best === null ? `no trial is named the best: ${whyNone}\n` : `best: ${best}\n`);
  return exitCodeOfTrials(results);
}

/** A sweep that a job has begun before goes on as it was begun. */
function goingOn(command: SweepCommand, environment: Environment): SweepCommand {
  const again = goesOn(command, environment, 'sweep.json');
  if (again === null) return command;
  if (command.resume !== null) return { ...command, breakLock: again.breakLock };
  return { ...command, ...again, name: null, space: {}, configFile: null, listFile: null, random: null, halving: null, best: null };
}

/** Has a job play a sweep, once all of its runs are checked. */
async function submitSweep(command: SweepCommand, { argv, environment }: Surroundings): Promise<number> {
  const { resume, placing: { coresPerWorker, gpusPerWorker = 0, job: { scriptOut } }, folder, space, trialsAtOnce } = command;
  const name = resume === null ? command.name ?? `sweep-${nameNow()}` : basename(resume);
  const said = space['cluster.workers'];
  const most = said?.kind === 'values' ? said.values.map(Number).sort((a, b) => b - a)[0] : undefined;
  const workers = expectNumber(most, "each run's workers");
  const job: JobToSubmit = {
    ...jobOf(command, environment), name, tasks: trialsAtOnce ?? 1, words: wordsInJob(argv, name, resume ?? undefined),
    coresPerTask: coresPerWorker === undefined ? null : coresPerWorker * workers, gpusPerTask: gpusPerWorker * workers,
  };
  const options = { ...sweepOptions(command, environment), name: resume === null ? name : undefined };
  if (command.jobArray && !command.dryRun) return submitArray(command, job, options);
  const checked = resume === null ? await checkSweep(triedBy(command), options) : null;
  if (!command.dryRun || checked === null) return runSubmit(job, { folder, scriptOut });
  const script = jobScript(command.jobArray ? arrayOf(command, job, checked.trials.map((_, index) => index + 1)) : job);
  for (const line of [...checkedLines(checked), '', script]) process.stdout.write(`${line}\n`);
  return EXIT.ok;
}

/** Has tasks of a job play the trials of a sweep, whose folder is made first: what is tried does not change while they wait. */
async function submitArray(command: SweepCommand, job: JobToSubmit, options: SweepOptions): Promise<number> {
  const prepared = await prepareSweep(triedBy(command), { ...options, onNotice: (line) => { process.stderr.write(`${line}\n`); } });
  const { toBePlayed, trials, folder } = prepared;
  if (toBePlayed.length === 0) throw new LetheError('RUN_MISSING', `${folder}: expected runs that are not done, found ${trials.length} that are`);
  try {
    return await runSubmit(arrayOf(command, job, toBePlayed), { folder: command.folder, scriptOut: command.placing.job.scriptOut });
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
  const said = Object.entries({
    'runs-dir': relative(folder, runsFolder), 'cores-per-worker': placing.coresPerWorker, 'gpus-per-worker': placing.gpusPerWorker,
    'data-dir': data.folder ?? undefined, 'unpacked-gib': data.unpackedGiB ?? undefined, 'log-level': logLevel,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, String(value)]));
  return ['sweep', '--resume', name, '--on', 'slurm', '--job-array', ...said];
}

/** Says what a sweep would try. */
async function describeSweep(command: SweepCommand, environment: Environment): Promise<number> {
  const checked = await checkSweep(triedBy(command), sweepOptions(command, environment));
  for (const line of checkedLines(checked)) process.stdout.write(`${line}\n`);
  return EXIT.ok;
}

function checkedLines({ trials, trialsAtOnce }: CheckedSweep): string[] {
  const settings = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))];
  const rows = trials.map(({ name, values }) => [name, ...settings.map((path) => shown(values[path]))]);
  return [`${trials.length} trials, ${trialsAtOnce} at once`, ...formatTable([['trial', ...settings], ...rows])];
}

/** The trial of the task that this process is. @throws LetheError PLACEMENT_FAILED if it is none */
function trialOf({ jobArray, dryRun, placing }: SweepCommand, environment: Environment): number | undefined {
  if (!jobArray || dryRun || isToSubmit(placing, environment)) return undefined;
  const task = slurmTask(environment);
  if (task !== null) return task;
  const advice = 'a job array is submitted from outside of jobs';
  throw new LetheError('PLACEMENT_FAILED', `--job-array: expected to be in a task of one, found a job that has none; ${advice}`);
}

function sweepOptions(command: SweepCommand, environment: Environment): SweepOptions {
  const { configFile, listFile, random, trialsAtOnce, halving, best, name, resume, resumedData: data } = command;
  return {
    ...commonOptions(command, environment), ...placingOptions(command.placing, environment),
    drawSeed: command.drawSeed, breakLock: command.breakLock, trial: trialOf(command, environment),
    configFile: configFile ?? undefined, listFile: listFile ?? undefined, random: random ?? undefined,
    trialsAtOnce: trialsAtOnce ?? undefined, halving: halving ?? undefined, best: best ?? undefined, name: name ?? undefined,
    resume: resume ?? undefined, dataDir: data.folder ?? undefined, unpackedGiB: data.unpackedGiB ?? undefined,
  };
}

/** What is tried, which a sweep that goes on knows itself. */
function triedBy({ space, resume }: SweepCommand): SweepSettings {
  const tried = Object.entries(space).map(([path, candidates]) => (
    [path, candidates.kind === 'range' ? { low: candidates.low, high: candidates.high } : candidates.values]
  ));
  return resume === null ? Object.fromEntries(tried) as SweepSettings : {};
}

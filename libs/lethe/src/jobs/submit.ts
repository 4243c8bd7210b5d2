import { join } from 'node:path';
import { writeFileAtomically } from '@lethe/checkpoint';
import { batchScript, cancelJob, outputOfTask, submitJob, type JobArray } from '@lethe/placement';
import { commandLineProgram } from '@lethe/programs';
import { environmentOf, placesOf, type CommonOptions } from '../common-options.js';
import { jobFiles, keepJob, makeJobFolder } from './job-file.js';

/** Seconds that a round and its checkpoint may take before a job is over, if nothing else is said. */
const WARNING_SECONDS = 120;

/** What a job of Slurm asks for, beside its tasks. Undefined: what the cluster or the user's account has anyway. */
export interface JobOptions {
  readonly partition?: string | undefined;
  readonly account?: string | undefined;
  /** Longest that it runs at a time, as Slurm writes it: `4:00:00`. */
  readonly time?: string | undefined;
  /** Further arguments of `sbatch`. */
  readonly sbatch?: readonly string[] | undefined;
}

/** A run or a sweep that a job of Slurm is to play. */
export interface JobToSubmit extends JobOptions, Pick<CommonOptions, 'folder' | 'runsDir' | 'environment' | 'cacheDir'> {
  /** Name of its folder below `runsDir`. */
  readonly name: string;
  /** Undefined: it is one job. Else each of these tasks is one, with what follows. */
  readonly array?: JobArray | undefined;
  /** Processes that are placed: workers of a run, runs of a sweep. */
  readonly tasks: number;
  readonly coresPerTask: number | null;
  readonly gpusPerTask: number;
  /** What follows `lethe` in the job: the command that plays it, with `--on slurm` and the name. */
  readonly words: readonly string[];
}

/** A job that waits in the queue, or has begun. */
export interface SubmittedJob {
  readonly id: string;
  /** Absolute path of the run's folder. */
  readonly folder: string;
  /** Absolute path of what was submitted. */
  readonly script: string;
  /** Absolute path of the file that takes what it prints; of a job array with `*` for the number of a task. */
  readonly output: string;
}

/** The script of a job: to be read, kept, changed, and submitted by hand. */
export function jobScript(job: JobToSubmit): string {
  const { name, array = null, tasks, coresPerTask, gpusPerTask, words } = job;
  const { partition = null, account = null, time = null, sbatch: extra = [] } = job;
  return batchScript({
    name, array, tasks, coresPerTask, gpusPerTask, partition, account, time, extra, warningSeconds: WARNING_SECONDS,
    folder: placesOf(job).folder, output: jobFiles(folderOf(job)).output,
    command: [process.execPath, ...process.execArgv, commandLineProgram(), ...words],
  });
}

/**
 * Submits a job. What was asked for should have been checked: whoever waits in a queue wants to know before.
 * @throws LetheError PLACEMENT_FAILED with Slurm's own words, STORAGE_FAILED
 */
export async function submit(job: JobToSubmit): Promise<SubmittedJob> {
  const folder = folderOf(job);
  const { script, output } = jobFiles(folder);
  await makeJobFolder(folder);
  await writeFileAtomically(script, [Buffer.from(jobScript(job))]);
  const id = await submitJob(script, environmentOf(job));
  try {
    await keepJob(folder, { scheduler: 'slurm', id, submitted: new Date().toISOString() });
  } catch (error) {
    // Nobody would find the job by its run.
    await cancelJob({ id, state: null, tasks: [] }, 'at once', environmentOf(job));
    throw error;
  }
  return { id, folder, script, output: job.array === undefined ? output : outputOfTask(output, '*') };
}

function folderOf(job: JobToSubmit): string {
  return join(placesOf(job).runsFolder, job.name);
}

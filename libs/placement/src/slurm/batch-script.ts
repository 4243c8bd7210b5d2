import { isAbsolute, join, parse } from 'node:path';
import { readableWord } from '../hosts/shell.js';

/** A job that is one of many alike, its tasks, each of which Slurm begins when it has room for it. */
export interface JobArray {
  /** Numbers of its tasks. */
  readonly tasks: readonly number[];
  /** Most tasks that run at the same time; null: as many as there is room for. */
  readonly atOnce: number | null;
}

/** A job to submit. */
export interface BatchJob {
  readonly name: string;
  /** Null: it is one job. Else what follows is said of each task. */
  readonly array: JobArray | null;
  /** Processes that are steps of it, each with its own cores and GPUs. What submits them runs beside them on the first node. */
  readonly tasks: number;
  /** Null: as many as Slurm gives a task. */
  readonly coresPerTask: number | null;
  readonly gpusPerTask: number;
  /** Null: the cluster's own. */
  readonly partition: string | null;
  /** Null: the user's own. */
  readonly account: string | null;
  /** Longest that it runs, as Slurm writes it: `4:00:00`. Null: as long as the partition lets it. */
  readonly time: string | null;
  /** Seconds before that at which it hears SIGHUP. */
  readonly warningSeconds: number;
  /** Further arguments of `sbatch`. */
  readonly extra: readonly string[];
  /** Absolute path of its working folder. */
  readonly folder: string;
  /** Absolute path of the file that takes what it prints. Each task of an array has one of its own: see `outputOfTask`. */
  readonly output: string;
  /** Absolute path of an executable, and arguments. */
  readonly command: readonly string[];
}

/** The file that takes what a task of a job array prints: that of the job, with the task's number before its ending. */
export function outputOfTask(output: string, task: number | '*' | '%a'): string {
  const { dir, name, ext } = parse(output);
  return join(dir, `${name}-${task}${ext}`);
}

/** Words on a line of the command. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The script that `sbatch` takes for a job: to be read, and to be kept. @throws TypeError for paths that are not absolute */
export function batchScript(job: BatchJob): string {
  const { command: [executable = '', ...argv], folder, output } = job;
  for (const path of [executable, folder, output]) if (!isAbsolute(path)) throw new TypeError(`expected an absolute path, found ${path}`);
  return `#!/bin/bash
${wishes(job).map((wish) => `#SBATCH ${wish}`).join('\n')}

# SIGHUP comes ${job.warningSeconds} s before the time is over: what was learnt is saved, and the job is queued again. It goes on
# where it was, as it does when a node of it is gone, or when it had to make room.
exec ${[executable, ...argv].map(readableWord).join(' ')}
`;
}

function wishes(job: BatchJob): string[] {
  const { name, array, tasks, coresPerTask, gpusPerTask, partition, account, time, warningSeconds, extra, folder, output } = job;
  return [
    `--job-name=${name}`,
    ...(array === null ? [] : [`--array=${arrayText(array)}`]),
    `--ntasks=${tasks}`,
    ...(coresPerTask === null ? [] : [`--cpus-per-task=${coresPerTask}`]),
    ...(gpusPerTask === 0 ? [] : [`--gpus-per-task=${gpusPerTask}`]),
    ...(partition === null ? [] : [`--partition=${partition}`]),
    ...(account === null ? [] : [`--account=${account}`]),
    ...(time === null ? [] : [`--time=${time}`]),
    `--chdir=${folder}`,
    `--output=${array === null ? literal(output) : outputOfTask(literal(output), '%a')}`,
    // Without --no-kill: Slurm does not queue a job again that keeps its other nodes, not even if the program itself is gone.
    '--open-mode=append', '--requeue',
    `--signal=B:HUP@${warningSeconds}`,
    ...extra,
  ].map(optionText);
}

/** A percent sign would begin something that Slurm fills in. */
function literal(path: string): string {
  return path.replaceAll('%', '%%');
}

/** As `sbatch` reads the tasks of an array: `1-4,7%2`. */
function arrayText({ tasks, atOnce }: JobArray): string {
  const sorted = [...new Set(tasks)].sort((a, b) => a - b);
  const firsts = sorted.filter((task) => !sorted.includes(task - 1));
  const lasts = sorted.filter((task) => !sorted.includes(task + 1));
  const ranges = firsts.map((first, index) => (first === lasts[index] ? `${first}` : `${first}-${lasts[index]}`));
  return `${ranges.join(',')}${atOnce === null ? '' : `%${atOnce}`}`;
}

/** As `sbatch` reads a line of its own: words with spaces stand in quotes. */
function optionText(option: string): string {
  return PLAIN.test(option) ? option : `"${option.replaceAll(/["\\]/g, '\\$&')}"`;
}

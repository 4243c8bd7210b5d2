import { isAbsolute } from 'node:path';

/** A job to submit. */
export interface BatchJob {
  readonly name: string;
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
  /** Absolute path of the file that takes what it prints. */
  readonly output: string;
  /** Absolute path of an executable, and arguments. */
  readonly command: readonly string[];
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
exec ${[executable, ...argv].map(quoted).join(' ')}
`;
}

function wishes(job: BatchJob): string[] {
  const { name, tasks, coresPerTask, gpusPerTask, partition, account, time, warningSeconds, extra, folder, output } = job;
  return [
    `--job-name=${name}`,
    `--ntasks=${tasks}`,
    ...(coresPerTask === null ? [] : [`--cpus-per-task=${coresPerTask}`]),
    ...(gpusPerTask === 0 ? [] : [`--gpus-per-task=${gpusPerTask}`]),
    ...(partition === null ? [] : [`--partition=${partition}`]),
    ...(account === null ? [] : [`--account=${account}`]),
    ...(time === null ? [] : [`--time=${time}`]),
    `--chdir=${folder}`,
    // A percent sign would begin something that Slurm fills in.
    `--output=${output.replaceAll('%', '%%')}`,
    '--open-mode=append', '--requeue', '--no-kill',
    `--signal=B:HUP@${warningSeconds}`,
    ...extra,
  ].map(optionText);
}

/** As `sbatch` reads a line of its own: words with spaces stand in quotes. */
function optionText(option: string): string {
  return PLAIN.test(option) ? option : `"${option.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A word as bash reads it. */
function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

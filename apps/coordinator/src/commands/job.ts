import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorMessage, LetheError } from '@lethe/errors';
import { isSubmitted, jobScript, requeue, slurmJobId, submit, type Environment, type JobToSubmit } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { SweepCommand, TrainCommand } from '../command-line/command.js';
import { JOB_FLAGS } from '../command-line/job-flags.js';
import type { PlacingWords } from '../command-line/placing-flags.js';

/** Flags that mean something before a job is submitted alone: those with a value, and switches. */
const BEFORE_A_JOB = { valued: [...JOB_FLAGS.map(({ name }) => name), 'name'], switches: ['dry-run', 'json'] };

/** Whether a command is to be played by a job that is not there yet. */
export function isToSubmit({ on }: PlacingWords, environment: Environment): boolean {
  return on === 'slurm' && slurmJobId(environment) === null;
}

/** A name for a folder, made of the time. */
export function nameNow(): string {
  return new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
}

/**
 * What `lethe` is told in a job, by what it was told before.
 * @param resume undefined: it is not to go on with anything
 */
export function wordsInJob(argv: readonly string[], name: string, resume: string | undefined): string[] {
  const kept: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const [flag = '', value] = word.startsWith('--') ? word.slice(2).split('=', 2) : [];
    if (BEFORE_A_JOB.switches.includes(flag)) continue;
    if (!BEFORE_A_JOB.valued.includes(flag)) kept.push(word);
    else if (value === undefined) index += 1;
  }
  return resume === undefined ? [...kept, '--name', name] : kept;
}

/** Submits what was asked for, or writes its script alone. */
export async function runSubmit(
  job: JobToSubmit, { folder, scriptOut }: { readonly folder: string; readonly scriptOut: string | undefined },
): Promise<number> {
  if (scriptOut !== undefined) {
    writeFileSync(scriptOut, jobScript(job), { mode: 0o755 });
    process.stdout.write(`${relative(folder, scriptOut)}\n`);
    return EXIT.ok;
  }
  const { id, output } = await submit(job);
  const printed = relative(folder, output);
  const lines = [
    `job ${id} of Slurm plays ${job.name}`,
    job.array === undefined ? `  tail -F ${printed}    follows it` : `  ${printed}    take what its tasks print`,
    `  npx lethe status ${job.name}    says how it is`,
    `  npx lethe cancel ${job.name}    ends it; what it has learnt is saved`,
  ];
  for (const line of lines) process.stdout.write(`${line}\n`);
  return EXIT.ok;
}

/** What a command says of a job, but for its size. */
export function jobOf({ folder, runsFolder, placing }: TrainCommand | SweepCommand, environment: Environment): Omit<
  JobToSubmit, 'name' | 'tasks' | 'coresPerTask' | 'gpusPerTask' | 'words'
> {
  const { partition, account, time, sbatch } = placing.job;
  return { folder, runsDir: runsFolder, environment, partition, account, time, sbatch };
}

/** The number that a job has to be asked for. @throws LetheError CONFIG_INVALID if it was not said */
export function expectNumber(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  throw new LetheError('CONFIG_INVALID', `--workers: expected the number of ${what}, which Slurm is asked for, found nothing`);
}

/**
 * How a command goes on that a job plays: one whose job Slurm has begun again, or that was submitted once more, finds what it has left.
 * @returns the name of what it goes on with, and whether its earlier life is known to be gone; null: it goes on as it was typed
 */
export function goesOn(
  { name, resume, runsFolder, placing }: Pick<TrainCommand, 'runsFolder' | 'placing'> & Named, environment: Environment,
  sign: 'config.json' | 'sweep.json',
): { readonly resume: string; readonly breakLock: boolean } | null {
  if (placing.on !== 'slurm' || slurmJobId(environment) === null) return null;
  const isAgain = isRestarted(environment);
  if (typeof resume === 'string') return isAgain ? { resume, breakLock: true } : null;
  if (typeof name !== 'string') return null;
  const run = join(runsFolder, name);
  return existsSync(join(run, sign)) && (isAgain || isSubmitted(run)) ? { resume: name, breakLock: isAgain } : null;
}

/** What a command calls its run. */
interface Named { readonly name: string | null | undefined; readonly resume: string | null | undefined }

/** Whether Slurm has begun this job before: nothing of that life is left. */
function isRestarted({ SLURM_RESTART_COUNT: count }: Environment): boolean {
  return Number(count ?? 0) > 0;
}

/**
 * Milliseconds that the round under way may take: SIGHUP comes long before the end, what follows another signal half a minute later. A job
 * that has to make room may have less after SIGHUP. Ending it earlier would save no more: Slurm ends it then and queues it again.
 */
export function patienceInJob(signal: string): number {
  return signal === 'SIGHUP' ? 100_000 : 20_000;
}

/** Has the job begin again, if its time was nearly over or it has to make room. @param signal what has ended the command; null: nothing */
export async function requeueIfWarned(
  { on }: PlacingWords, signal: string | null, { environment, notice }: { environment: Environment; notice: (line: string) => void },
): Promise<void> {
  const job = slurmJobId(environment);
  if (on !== 'slurm' || job === null || signal !== 'SIGHUP') return;
  try {
    await requeue(environment);
    notice(`Slurm's job ${job} has to end soon: it waits in the queue again, and goes on`);
  } catch (error) {
    notice(`warning: Slurm's job ${job} has to end soon, and it cannot be queued again: ${errorMessage(error)}`);
  }
}

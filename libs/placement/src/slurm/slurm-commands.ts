import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LetheError } from '@lethe/errors';

type Environment = Readonly<Record<string, string | undefined>>;

/** A job, as Slurm has it now. */
export interface SlurmJob {
  readonly id: string;
  /** Slurm's word, such as `PENDING` and `RUNNING`; null: it is over, and Slurm has forgotten it. */
  readonly state: string | null;
  /** Why it is not running, in Slurm's words; empty: it says nothing. */
  readonly reason: string;
  /** Nodes that it has, as Slurm writes them: `gpu[1-4]`. */
  readonly nodes: string;
  /** How long it has been running, and how long it may. */
  readonly time: string;
  readonly timeLimit: string;
  /** Its processes. */
  readonly steps: readonly { readonly name: string; readonly nodes: string }[];
  /** Those of its tasks that Slurm remembers, by number, if it is a job array, of all of which the rest is said; empty: it is one job. */
  readonly tasks: readonly ArrayTask[];
}

/** A task of a job array: a job of its own. */
export interface ArrayTask extends Pick<SlurmJob, 'state' | 'reason' | 'nodes'> { readonly number: number }

const OVER: ReadonlySet<string> = new Set([
  'BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED', 'REVOKED', 'TIMEOUT',
]);

/** Whether a job has nothing more to come. */
export function isJobOver({ state }: Pick<SlurmJob, 'state'>): boolean {
  return state === null || OVER.has(state);
}

/** Submits a script. @returns the job's id @throws LetheError PLACEMENT_FAILED with Slurm's own words */
export async function submitJob(script: string, environment: Environment): Promise<string> {
  const printed = await slurm('sbatch', ['--parsable', script], environment);
  return printed.split(';')[0] ?? printed;
}

/** Asks Slurm for a job. @throws LetheError PLACEMENT_FAILED if Slurm cannot be asked */
export async function lookAtJob(id: string, environment: Environment): Promise<SlurmJob> {
  const asked = ['--noheader', '--array', `--jobs=${id}`, '--states=all', '--format=%K|%T|%r|%N|%M|%l'];
  const lines = await slurm('squeue', asked, environment)
    .catch((error: unknown) => { if (/Invalid job id/.test(String(error))) return ''; throw error; });
  const jobs = lines.split('\n').filter((line) => line !== '').map(readLine);
  const leading = leadingOf(jobs);
  if (leading === undefined) return { id, state: null, reason: '', nodes: '', time: '', timeLimit: '', steps: [], tasks: [] };
  const { state, reason, time, timeLimit } = leading;
  const nodes = [...new Set(jobs.filter((job) => !isJobOver(job)).map((job) => job.nodes))].filter((name) => name !== '').join(',');
  // Tasks that were cancelled before they began are one line without a number.
  const tasks = jobs.filter(({ number }) => !Number.isNaN(number)).map((job) => (
    { number: job.number, state: job.state, reason: job.reason, nodes: job.nodes }
  )).sort((a, b) => a.number - b.number);
  return { id, state, reason, nodes: nodes || leading.nodes, time, timeLimit, steps: await stepsOf(id, environment), tasks };
}

/** A line of `squeue`. */
interface JobLine extends ArrayTask, Pick<SlurmJob, 'time' | 'timeLimit'> {}

function readLine(line: string): JobLine {
  const [number = '', state = '', reason = '', nodes = '', time = '', timeLimit = ''] = line.split('|');
  return { number: Number(number), state, reason: reason === 'None' ? '' : reason, nodes, time, timeLimit };
}

/** Of the tasks of a job the one that says how all are: one that runs before one that is still to come, and that before one that failed. */
function leadingOf(jobs: readonly JobLine[]): JobLine | undefined {
  const rankOf = (job: JobLine): number => (job.state === 'RUNNING' ? 0 : !isJobOver(job) ? 1 : job.state === 'COMPLETED' ? 3 : 2);
  return [...jobs].sort((a, b) => rankOf(a) - rankOf(b))[0];
}

async function stepsOf(id: string, environment: Environment): Promise<SlurmJob['steps']> {
  const lines = await slurm('squeue', ['--noheader', '--steps', `--jobs=${id}`, '--format=%j|%N'], environment).catch(() => '');
  return lines.split('\n').filter((line) => line !== '').map((line) => {
    const [name = '', nodes = ''] = line.split('|');
    return { name, nodes };
  });
}

/**
 * Ends a job. One that runs is asked to: what it runs first hears SIGTERM, and its steps hear nothing, so that they can help to save.
 * @param how `in order`, or `at once`: Slurm ends all of it in its own way
 * @throws LetheError PLACEMENT_FAILED with Slurm's own words
 */
export async function cancelJob(
  { id, state, tasks }: Pick<SlurmJob, 'id' | 'state' | 'tasks'>, how: 'in order' | 'at once', environment: Environment,
): Promise<void> {
  const isAsked = how === 'in order' && state === 'RUNNING';
  // Of a job array no task must begin once one has made room.
  if (isAsked && tasks.length > 0) await slurm('scancel', ['--state=PENDING', id], environment);
  await slurm('scancel', [...(isAsked ? ['--signal=TERM', '--batch'] : []), id], environment);
}

/** Whether a running job has to make room for another one. What Slurm does not answer is no. */
export async function isJobPreempted(id: string, environment: Environment): Promise<boolean> {
  const said = await slurm('scontrol', ['show', 'job', id], environment).catch(() => '');
  return /\bPreemptTime=\d/.test(said);
}

/** Has a running job begin again from the queue. @throws LetheError PLACEMENT_FAILED with Slurm's own words */
export async function requeueJob(id: string, environment: Environment): Promise<void> {
  await slurm('scontrol', ['requeue', id], environment);
}

/** Runs a command of Slurm. @returns what it printed */
async function slurm(program: string, argv: readonly string[], environment: Environment): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, argv, { env: environment });
    return stdout.trim();
  } catch (error) {
    const { stderr, code } = error as { readonly stderr?: string; readonly code?: string | number };
    const why = code === 'ENOENT' ? `${program} is not installed here` : (stderr?.trim() || String(error)).replaceAll('\n', '; ');
    // What failed says the same, with all that was typed: it is no cause of its own.
    throw new LetheError('PLACEMENT_FAILED', `Slurm: ${why}`);
  }
}

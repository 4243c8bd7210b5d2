import { hostname } from 'node:os';
import { join } from 'node:path';
import { LetheError } from '@lethe/errors';
import { cancelJob, isJobOver } from '@lethe/placement';
import { RunLock } from '@lethe/run-folder';
import { environmentOf } from '../common-options.js';
import { status, type JobLookup, type RunStatus } from './status.js';

export interface CancelOptions extends JobLookup {
  /** Do not wait for a checkpoint. Default: the round under way is finished and saved. */
  readonly atOnce?: boolean | undefined;
}

/** Who was asked to end a run. */
export type Cancelled =
  | { readonly kind: 'job'; readonly id: string; readonly hadBegun: boolean }
  | { readonly kind: 'process'; readonly processId: number };

/**
 * Asks whoever plays a run, or several in one folder, to end: the round under way is finished, and a checkpoint is saved. Does not wait
 * for that.
 * @param run its folder, or its name below `runsDir`
 * @throws LetheError RUN_MISSING, also if nobody plays it, or somebody on another host does; PLACEMENT_FAILED with Slurm's own words
 */
export async function cancel(run: string, options: CancelOptions = {}): Promise<Cancelled> {
  const found = await status(run, options);
  const { job } = found;
  if (job !== null && !isJobOver(job)) {
    await cancelJob(job, options.atOnce === true ? 'at once' : 'in order', environmentOf(options));
    return { kind: 'job', id: job.id, hadBegun: job.state !== 'PENDING' };
  }
  const processId = await processOf(found);
  process.kill(processId, options.atOnce === true ? 'SIGKILL' : 'SIGTERM');
  return { kind: 'process', processId };
}

/** @throws LetheError RUN_MISSING */
async function processOf({ name, folder }: RunStatus): Promise<number> {
  const holder = await RunLock.heldBy(join(folder, 'lock'));
  if (holder?.host === hostname()) return holder.processId;
  const found = holder === null ? 'that nobody plays it' : `process ${holder.processId} on ${holder.host}`;
  throw new LetheError('RUN_MISSING', `${name}: expected a run that goes on in a job or on this machine, found ${found}`);
}

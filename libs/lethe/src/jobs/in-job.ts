import { existsSync } from 'node:fs';
import { requeueJob, slurmJobId } from '@lethe/placement';
import { jobFolder } from '@lethe/run-folder';
import type { Environment } from '../process-environment.js';

/** Whether a run was submitted to be played by a job. @param run its folder */
export function isSubmitted(run: string): boolean {
  return existsSync(jobFolder(run));
}

/**
 * Has the job that this process is part of begin again from the queue, which ends this process.
 * @throws LetheError PLACEMENT_FAILED with Slurm's own words; TypeError outside of a job
 */
export async function requeue(environment: Environment): Promise<void> {
  const job = slurmJobId(environment);
  if (job === null) throw new TypeError('expected to be in a job of Slurm');
  await requeueJob(job, environment);
}

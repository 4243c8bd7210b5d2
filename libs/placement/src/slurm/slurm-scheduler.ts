import { LetheError } from '@lethe/errors';
import type { Scheduler } from '../scheduler.js';
import { SlurmPlacement } from './slurm-placement.js';

/**
 * The job of Slurm that a process with this environment is part of, for Slurm's commands; null: it is part of none. A task of a job array
 * has a number of its own too, but one of them has that of the whole array.
 */
export function slurmJobId(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { SLURM_JOB_ID: job, SLURM_ARRAY_JOB_ID: array } = environment;
  const task = slurmTask(environment);
  return array === undefined || task === null ? job ?? null : `${array}_${task}`;
}

/** The number of the task of a job array that a process with this environment is part of; null: it is part of none. */
export function slurmTask(environment: Readonly<Record<string, string | undefined>>): number | null {
  const { SLURM_ARRAY_TASK_ID: task } = environment;
  return task === undefined ? null : Number(task);
}

/** What is done when a job has to end soon. */
export interface SlurmOptions {
  /**
   * The job has to make room for another one. Slurm has ended its steps, which can be placed again: there is the partition's `GraceTime`
   * to save what was learnt. Default: nothing; Slurm ends the job then.
   */
  readonly onPreempted?: (() => void) | undefined;
}

/** The job of Slurm that this process is part of: processes are steps of it. Without one nothing can be placed. */
export function slurm(environment: Readonly<Record<string, string | undefined>>, { onPreempted }: SlurmOptions = {}): Scheduler {
  const { SLURM_NTASKS: tasks } = environment;
  const job = slurmJobId(environment);
  return {
    name: job === null ? 'Slurm' : `Slurm's job ${job}`,
    places: job === null || tasks === undefined ? null : Number(tasks),
    open: async ({ privateFolder }) => {
      if (job !== null) return new SlurmPlacement({ environment, job, folder: privateFolder, onPreempted });
      const advice = 'salloc and sbatch make one, and so does `npx lethe train --on slurm`';
      throw new LetheError('PLACEMENT_FAILED', `Slurm: expected to be in a job, found no SLURM_JOB_ID; ${advice}`);
    },
  };
}

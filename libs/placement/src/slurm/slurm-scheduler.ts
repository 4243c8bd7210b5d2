import { LetheError } from '@lethe/errors';
import type { Scheduler } from '../scheduler.js';
import { SlurmPlacement } from './slurm-placement.js';

/** The job of Slurm that a process with this environment is part of; null: it is part of none. */
export function slurmJobId(environment: Readonly<Record<string, string | undefined>>): string | null {
  return environment['SLURM_JOB_ID'] ?? null;
}

/** The number of the task of a job array that a process with this environment is part of; null: it is part of none. */
export function slurmTask(environment: Readonly<Record<string, string | undefined>>): number | null {
  const { SLURM_ARRAY_TASK_ID: task } = environment;
  return task === undefined ? null : Number(task);
}

/** The job of Slurm that this process is part of: processes are steps of it. Without one nothing can be placed. */
export function slurm(environment: Readonly<Record<string, string | undefined>>): Scheduler {
  const { SLURM_NTASKS: tasks } = environment;
  const job = slurmJobId(environment);
  return {
    name: job === null ? 'Slurm' : `Slurm's job ${job}`,
    places: job === null || tasks === undefined ? null : Number(tasks),
    open: async ({ privateFolder }) => {
      if (job !== null) return new SlurmPlacement({ environment, folder: privateFolder });
      const advice = 'salloc and sbatch make one, and so does `npx lethe train --on slurm`';
      throw new LetheError('PLACEMENT_FAILED', `Slurm: expected to be in a job, found no SLURM_JOB_ID; ${advice}`);
    },
  };
}

import { defaultWorkers, problemsError, processProblems, type Machine, type RunConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { Gpu } from '@lethe/tensorflow';

/** What a trial's configuration says of its devices. */
export type TrialDevices = Pick<RunConfig['cluster'], 'engine' | 'workers' | 'shareGpus'>;

/**
 * The GPUs of each slot: slot s of S gets every S-th one, so that trials side by side never compute on the same one, unless all of
 * them may share.
 *
 * @param trials those that will be played
 * @throws LetheError DEVICE_PLAN_INVALID if there are too few GPUs for that
 */
export function slotGpus(gpus: readonly Gpu[], slots: number, trials: readonly TrialDevices[]): readonly (readonly Gpu[])[] {
  const needed = trials.reduce(
    (most, { engine, workers, shareGpus }) => (engine === 'native' && !shareGpus ? Math.max(most, workers) : most),
    0,
  );
  const groups = Math.min(slots, Math.max(1, gpus.length));
  if (gpus.length > 0 && slots > 1 && slots * needed > gpus.length) {
    const most = Math.max(1, Math.floor(gpus.length / needed));
    const there = `${gpus.length} ${gpus.length === 1 ? 'GPU' : 'GPUs'}`;
    throw new LetheError(
      'DEVICE_PLAN_INVALID',
      `--trials-at-once: expected at most ${most} on ${there}, as each of a trial's workers (${needed}) takes one, ` +
      `found ${slots}; --share-gpus lets them share`,
    );
  }
  return Array.from({ length: slots }, (_, slot) => gpus.filter((_, index) => index % groups === slot % groups));
}

/** What a trial's configuration says of its processes. */
type TrialProcesses = Pick<RunConfig['cluster'], 'workers' | 'servers' | 'oversubscribe'>;

/**
 * Refuses trials side by side that have more processes together than this machine has cores for.
 *
 * @param trials those that will be played
 * @throws LetheError CONFIG_INVALID
 */
export function checkSlots(trials: readonly TrialProcesses[], slots: number, cores: number): void {
  const together = {
    workers: mostAtOnce(trials, slots, 'workers'),
    servers: mostAtOnce(trials, slots, 'servers'),
    oversubscribe: trials.every(({ oversubscribe }) => oversubscribe),
  };
  const [problem] = processProblems(together, cores, () => '--trials-at-once');
  if (problem !== undefined) throw problemsError([{ ...problem, found: `${problem.found} in ${slots} trials at once` }]);
}

/** Of the trials that have most. */
function mostAtOnce(trials: readonly TrialProcesses[], slots: number, role: 'workers' | 'servers'): number {
  const counts = trials.map((trial) => trial[role]).sort((a, b) => b - a);
  return counts.slice(0, slots).reduce((sum, count) => sum + count, 0);
}

/** How runs side by side share a machine. */
export interface MachineShare {
  readonly atOnce: number;
  /** Workers of each run. */
  readonly workers: number;
}

/**
 * Shares a machine among runs of one configuration: as many at once as it has room for with the workers that were asked for;
 * where nobody asked, all at once with fewer workers each, as far as that goes. How many workers compute a run changes no bit of it.
 */
export function shareMachine(
  { cluster: { engine, workers } }: RunConfig,
  machine: Machine,
  { runs, saysWorkers }: { runs: number; saysWorkers: boolean },
): MachineShare {
  const room = defaultWorkers({ ...machine, engine });
  if (saysWorkers) return { atOnce: Math.min(runs, Math.max(1, Math.floor(room / Math.max(1, workers)))), workers };
  const atOnce = Math.min(runs, room);
  return { atOnce, workers: Math.min(workers, Math.max(1, Math.floor(room / atOnce))) };
}

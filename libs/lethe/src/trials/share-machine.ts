import { defaultWorkers, type Machine, type RunConfig } from '@lethe/config';

/** How runs side by side share a machine. */
export interface MachineShare {
  readonly atOnce: number;
  /** Workers of each run. */
  readonly workers: number;
}

/**
 * Shares a machine among so many runs of one configuration: as many at once as it has room for with the workers that were asked for;
 * where nobody asked, all at once with fewer workers each, as far as that goes. How many workers compute a run changes no bit of it.
 */
export function shareMachine({ cluster: { engine, workers } }: RunConfig, machine: Machine, { runs, saysWorkers }: { runs: number; saysWorkers: boolean }): MachineShare {
  const room = defaultWorkers({ ...machine, engine });
  if (saysWorkers) return { atOnce: Math.min(runs, Math.max(1, Math.floor(room / Math.max(1, workers)))), workers };
  const atOnce = Math.min(runs, room);
  return { atOnce, workers: Math.min(workers, Math.max(1, Math.floor(room / atOnce))) };
}

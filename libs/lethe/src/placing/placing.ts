import { problemsError } from '@lethe/config';
import type { Resources, Scheduler } from '@lethe/placement';
import type { ThisMachine } from '../this-machine.js';

/** On whose machines workers run, or the runs of a sweep, and what each worker is given. */
export interface PlacingOptions {
  /** Default: this machine. */
  readonly on?: Scheduler | undefined;
  /** Cores of each worker elsewhere. Default: what its machine leaves it. */
  readonly coresPerWorker?: number | undefined;
  /** GPUs of each worker elsewhere, of which it computes on one: 0 or 1. Default: 0. */
  readonly gpusPerWorker?: number | undefined;
}

/** As `PlacingOptions`. */
export interface Placing {
  readonly scheduler: Scheduler;
  /** Of each worker. */
  readonly resources: Resources;
}

/** More cores than anybody has: how many processes the machines of others have room for is theirs to say. */
const ROOM = 2 ** 20;

/** What these options say; null: this machine. @throws LetheError CONFIG_INVALID */
export function placingOf({ on, coresPerWorker, gpusPerWorker }: PlacingOptions): Placing | null {
  const asked = Object.entries({ coresPerWorker, gpusPerWorker }).filter(([, value]) => value !== undefined);
  if (on === undefined && asked.length > 0) {
    const expected = 'nothing for workers of this machine, which share it';
    throw problemsError(asked.map(([where, value]) => ({ where, expected, found: String(value) })));
  }
  const isCount = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  if (coresPerWorker !== undefined && !isCount(coresPerWorker, 1))
    throw problemsError([{ where: 'coresPerWorker', expected: 'a whole number of at least 1', found: String(coresPerWorker) }]);
  if (gpusPerWorker !== undefined && gpusPerWorker !== 0 && gpusPerWorker !== 1)
    throw problemsError([{ where: 'gpusPerWorker', expected: '0 or 1: a worker computes on one GPU', found: String(gpusPerWorker) }]);
  return on === undefined ? null : { scheduler: on, resources: { cores: coresPerWorker ?? null, gpus: gpusPerWorker ?? 0 } };
}

/** What is planned for, where processes do not share this machine. */
export function machineOfPlacing(machine: ThisMachine, placing: Placing | null): ThisMachine {
  return placing === null ? machine : { ...machine, cores: ROOM, gpus: [], whyNoGpus: null, whyNotNative: null };
}

/**
 * Number of workers of a run that are placed elsewhere: those that are asked for, else the places of the scheduler.
 * @param asked undefined: not said
 * @throws LetheError CONFIG_INVALID if nothing says it, or more are asked for than there are places
 */
export function workersElsewhere({ scheduler: { name, places } }: Placing, asked: number | undefined): number {
  const workers = asked ?? places;
  if (workers === null) throw problemsError([{ where: 'workers', expected: `their number, which ${name} does not say`, found: 'nothing' }]);
  if (places !== null && workers > places)
    throw problemsError([{ where: 'workers', expected: `at most ${places}, the places of ${name}`, found: String(workers) }]);
  return workers;
}

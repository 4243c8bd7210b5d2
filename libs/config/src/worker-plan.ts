import type { Problem } from './problem.js';

/** What the defaults of a run depend on: cores that this process may use, GPUs found, the engine that can be loaded. */
export interface Machine {
  readonly cores: number;
  readonly gpus: number;
  readonly engine: 'native' | 'wasm';
}

/** More workers than this have nothing to do while one trains the slowest probe. */
const MOST_MEASURING = 4;

/**
 * Workers of this machine that measure a run: those that it has, and without GPUs more of them, up to one for each core.
 * @param threads that each of them computes with
 */
export function measuringWorkers({ cores, gpus }: Pick<Machine, 'cores' | 'gpus'>, { workers, threads }: WorkersOfRun): number {
  return gpus > 0 ? Math.max(1, workers) : Math.max(1, workers, Math.min(MOST_MEASURING, Math.floor(cores / threads)));
}

/** What a run's settings say of the workers that are started on one machine. */
export interface WorkersOfRun { readonly workers: number; readonly threads: number }

/** More processes for each core of a machine only take memory and time from each other. */
const MOST_PROCESSES_PER_CORE = 4;

/**
 * Default number of workers: one for each GPU, as far as the cores allow; without GPUs one for every two cores, at least one.
 */
export function defaultWorkers({ cores, gpus, engine }: Machine): number {
  return engine === 'native' && gpus > 0 ? Math.min(gpus, MOST_PROCESSES_PER_CORE * cores) : Math.max(1, Math.floor(cores / 2));
}

/**
 * Problems with the number of processes on this machine. There are none with `cluster.oversubscribe`. Workers that join from other
 * machines do not count.
 *
 * @param cores of this machine
 * @param label how the user gave a setting, by its path
 */
export function processProblems(cluster: LocalProcessCounts, cores: number, label: (path: string) => string): Problem[] {
  const most = MOST_PROCESSES_PER_CORE * cores;
  if (cluster.oversubscribe) return [];
  const counted = `${cores} ${cores === 1 ? 'core' : 'cores'}`;
  return (['workers', 'servers'] as const).filter((role) => cluster[role] > most).map((role): Problem => ({
    where: label(`cluster.${role}`),
    expected: `at most ${most} ${role} here, ${MOST_PROCESSES_PER_CORE} for each of ${counted} (--oversubscribe allows more)`,
    found: String(cluster[role]),
  }));
}

/** Processes that are started on one machine, by role. */
export interface LocalProcessCounts {
  readonly workers: number;
  readonly servers: number;
  readonly oversubscribe: boolean;
}

/** Operations that one worker may run at the same time, so that all workers together use all cores. */
export function interOpThreads(cores: number, workers: number): number {
  return Math.max(1, Math.floor(cores / Math.max(1, workers)));
}

import type { Problem } from './problem.js';

/** What decides the defaults of a run: cores this process may use, GPUs found, the engine that can be loaded. */
export interface Machine {
  readonly cores: number;
  readonly gpus: number;
  readonly engine: 'native' | 'wasm';
}

/** More processes than that for each core of a machine only take memory and time from each other. */
const MOST_PROCESSES_PER_CORE = 4;

/** Workers to start if the user does not say: one per GPU (no more than the cores bear), else one per two cores, at least one. */
export function defaultWorkers({ cores, gpus, engine }: Machine): number {
  return engine === 'native' && gpus > 0 ? Math.min(gpus, MOST_PROCESSES_PER_CORE * cores) : Math.max(1, Math.floor(cores / 2));
}

/**
 * What is wrong with so many processes on this machine; nothing if they are wanted all the same (`cluster.oversubscribe`). Workers that
 * join from elsewhere are not among them.
 *
 * @param cores of this machine
 * @param label how a setting was given, by its path
 */
export function processProblems(cluster: LocalProcessCounts, cores: number, label: (path: string) => string): Problem[] {
  const most = MOST_PROCESSES_PER_CORE * cores;
  if (cluster.oversubscribe) return [];
  return (['workers', 'servers'] as const).filter((role) => cluster[role] > most).map((role): Problem => ({
    where: label(`cluster.${role}`),
    expected: `at most ${most} ${role} here, ${MOST_PROCESSES_PER_CORE} for each of ${cores} ${cores === 1 ? 'core' : 'cores'} (--oversubscribe allows more)`,
    found: String(cluster[role]),
  }));
}

/** Processes that are started on one machine, by role. */
export interface LocalProcessCounts {
  readonly workers: number;
  readonly servers: number;
  readonly oversubscribe: boolean;
}

/** Operations that one worker may run at the same time so that all workers together fill the cores. */
export function interOpThreads(cores: number, workers: number): number {
  return Math.max(1, Math.floor(cores / Math.max(1, workers)));
}

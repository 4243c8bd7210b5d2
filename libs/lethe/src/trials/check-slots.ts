import { problemsError, processProblems, type RunConfig } from '@lethe/config';

/** What a trial's configuration says of its processes. */
type TrialProcesses = Pick<RunConfig['cluster'], 'workers' | 'servers' | 'oversubscribe'>;

/**
 * Refuses trials side by side that have more processes together than this machine has cores for.
 *
 * @param trials those that will be played
 * @throws LetheError CONFIG_INVALID
 */
export function checkSlots(trials: readonly TrialProcesses[], slots: number, cores: number): void {
  const together = { workers: mostAtOnce(trials, slots, 'workers'), servers: mostAtOnce(trials, slots, 'servers'), oversubscribe: trials.every(({ oversubscribe }) => oversubscribe) };
  const [problem] = processProblems(together, cores, () => '--trials-at-once');
  if (problem !== undefined) throw problemsError([{ ...problem, found: `${problem.found} in ${slots} trials at once` }]);
}

/** Of the trials that have most. */
function mostAtOnce(trials: readonly TrialProcesses[], slots: number, role: 'workers' | 'servers'): number {
  const counts = trials.map((trial) => trial[role]).sort((a, b) => b - a);
  return counts.slice(0, slots).reduce((sum, count) => sum + count, 0);
}

/**
 * Epochs that are over after `rounds` rounds. Epoch e ends after floor(e * trainingCount / batchSize) rounds; the rest of
 * its images begin the next round.
 */
export function epochsCompleted(rounds: number, batchSize: number, trainingCount: number): number {
  return Math.ceil(((rounds + 1) * batchSize) / trainingCount) - 1;
}

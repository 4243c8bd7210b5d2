/** Passes over the training images that are complete after `rounds` rounds; a round may straddle two of them. */
export function epochsCompleted(rounds: number, batchSize: number, trainingCount: number): number {
  return Math.floor((rounds * batchSize) / trainingCount);
}

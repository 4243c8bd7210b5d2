import { problemsError, shown, type Problem } from './problem.js';
import type { RunConfig } from './run-config.js';

/**
 * Checks what only the data can tell: that a round fits into the training images that are left after holding some out.
 * @param trainCount training images, the held-out ones included
 * @throws LetheError CONFIG_INVALID
 */
export function checkConfigAgainstData({ data, batchSize }: RunConfig, trainCount: number): void {
  const problems: Problem[] = [];
  const left = trainCount - data.heldOut;
  if (left < 1) {
    problems.push({ where: 'data.heldOut', expected: `fewer than the ${trainCount} training images`, found: shown(data.heldOut) });
  } else if (batchSize > left) {
    problems.push({ where: 'batchSize', expected: `at most the ${left} images that are trained on`, found: shown(batchSize) });
  }
  if (problems.length > 0) throw problemsError(problems);
}

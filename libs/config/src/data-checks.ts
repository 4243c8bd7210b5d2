import { problemsError, shown, type Problem } from './problem.js';
import type { RunConfig } from './run-config.js';

/** What a run's data has, as far as settings depend on it. */
export interface DataCounts {
  readonly trainCount: number;
  readonly domains: readonly { readonly trainCount: number; readonly labelledCount: number }[];
}

/**
 * Checks what only the data can tell: that a round fits into the training images that are left after holding some out, and
 * that its shards can have equal parts of every population.
 * @throws LetheError CONFIG_INVALID
 */
export function checkConfigAgainstData({ data, batchSize, shards }: RunConfig, { trainCount, domains }: DataCounts): void {
  const problems: Problem[] = [];
  const labelled = domains.reduce((sum, { labelledCount }) => sum + labelledCount, 0);
  const present = domains.filter((domain) => domain.trainCount > 0).length;
  const left = trainCount - data.heldOut;
  if (data.heldOut >= labelled) {
    problems.push({ where: 'data.heldOut', expected: `fewer than the ${labelled} training images`, found: shown(data.heldOut) });
  } else if (domains.length > 1 && batchSize % (shards * present) !== 0) {
    problems.push({ where: 'batchSize', expected: `a multiple of ${shards} shards times ${present} domains`, found: shown(batchSize) });
  } else if (domains.length === 1 && batchSize > left) {
    problems.push({ where: 'batchSize', expected: `at most the ${left} images that are trained on`, found: shown(batchSize) });
  }
  if (problems.length > 0) throw problemsError(problems);
}

import { labelOf, type Origins } from './layer.js';
import { problemsError, shown, type Problem } from './problem.js';
import type { RunConfig } from './run-config.js';

/** Counts of a run's data on which settings depend. */
export interface DataCounts {
  readonly trainCount: number;
  /** Training examples that the data themselves hold out; null: the settings say how many are drawn. */
  readonly heldOutCount: number | null;
  /** Of the label; empty: the run needs no labels, and any example can be held out. Left out: there are some. */
  readonly classes?: readonly string[];
  readonly domains: readonly { readonly trainCount: number; readonly labelledCount: number }[];
}

/** What of the counts settings have to fit. */
export interface TrainingCounts {
  /** Training examples, and those of them that have a label. */
  readonly all: number;
  readonly labelled: number;
  /** Those that the data hold out; null: none are named. */
  readonly heldOut: number | null;
  /** Populations that have training examples; null: the data are of one population, and rounds are not shared out. */
  readonly present: number | null;
}

/** The counts that settings have to fit. */
export function trainingCounts({ trainCount, heldOutCount, classes, domains }: DataCounts): TrainingCounts {
  return {
    all: trainCount,
    heldOut: heldOutCount,
    labelled: classes?.length === 0 ? trainCount : domains.reduce((sum, { labelledCount }) => sum + labelledCount, 0),
    present: domains.length === 1 ? null : domains.filter((domain) => domain.trainCount > 0).length,
  };
}

/** A share of the data that shows how a run is going and leaves enough to learn from. */
const HELD_OUT_SHARE = 1 / 6;
/** Rounds of an epoch: with fewer, a batch is next to all of the data. */
const ROUNDS_OF_EPOCH = 8;
/** Batch normalisation of a single example has no variance. */
export const LEAST_OF_SHARD = 2;

/** Examples to hold out of so many that have a label: a sixth of them, rounded down. */
export function usualHeldOut(labelled: number): number {
  const share = Math.floor(labelled * HELD_OUT_SHARE);
  const step = share >= 1000 ? 100 : share >= 100 ? 10 : share >= 10 ? 5 : 1;
  return Math.max(labelled > LEAST_OF_SHARD ? 1 : 0, share - (share % step));
}

/** A batch of at most `most` examples for so many that are trained on. */
export function usualBatch(trained: number, shards: number, most: number): number {
  return Math.max(LEAST_OF_SHARD * shards, powerOfTwoBelow(Math.min(most, trained / ROUNDS_OF_EPOCH)));
}

/** The greatest power of two that is at most so large, from 1. */
export function powerOfTwoBelow(most: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, most)));
}

/** The multiple of a unit that is nearest below, and at least `least` of them. */
export function multipleBelow(value: number, unit: number, least = 1): number {
  return Math.max(least, Math.floor(value / unit)) * unit;
}

/** What a part of the data needs in each part of a batch. */
export interface PartNeeds {
  /** Fewest examples of each population in each shard. */
  readonly leastOfEach: number;
}

/**
 * Problems between settings and data: more is held out than there is, a batch does not fit into what is trained on, or its shards cannot
 * have equal parts of every population. All of them at once, each with a number that would do.
 * @param label how the user gave, or can give, a setting by its path
 */
export function dataProblems(
  { data: { heldOut }, batchSize, shards }: RunConfig, counts: TrainingCounts, label: (path: string) => string,
  { leastOfEach }: PartNeeds = { leastOfEach: 1 },
): Problem[] {
  const { all, labelled, present } = counts;
  const problems: Problem[] = [];
  const report = (path: string, expected: string, found: number): void => {
    problems.push({ where: label(path), expected, found: shown(found) });
  };
  const isOwn = counts.heldOut !== null;
  const isTooMuch = isOwn ? heldOut !== counts.heldOut : heldOut >= labelled;
  const usual = counts.heldOut ?? usualHeldOut(labelled);
  if (isOwn && isTooMuch) report('data.heldOut', `the ${usual} examples that the data hold out`, heldOut);
  else if (isTooMuch) report('data.heldOut', `fewer than the ${labelled} training examples with a label, such as ${usual}`, heldOut);
  const left = all - (isTooMuch ? usual : heldOut);
  if (present !== null) {
    const unit = shards * present;
    const shared = `${shards} ${shards === 1 ? 'shard' : 'shards'} times ${present} domains`;
    const [expected, least] = leastOfEach > 1
      ? [`a multiple of ${unit} from ${leastOfEach * unit} on (${leastOfEach} examples for each of ${shared})`, leastOfEach]
      : [`a multiple of ${unit} (${shared})`, 1];
    const fits = batchSize % unit === 0 && batchSize >= leastOfEach * unit;
    if (!fits) report('batchSize', `${expected}, such as ${multipleBelow(batchSize, unit, least)}`, batchSize);
  } else if (left < LEAST_OF_SHARD * shards) {
    const most = powerOfTwoBelow(left / LEAST_OF_SHARD);
    report('shards', `at most ${most}, as a batch has ${LEAST_OF_SHARD} examples for each and ${left} are trained on`, shards);
  } else if (batchSize > left) {
    report('batchSize', `at most the ${left} examples that are trained on, such as ${usualBatch(left, shards, batchSize)}`, batchSize);
  }
  return problems;
}

/**
 * Checks the settings of a run that was fitted to its data when it was begun.
 * @throws LetheError CONFIG_INVALID
 */
export function checkConfigAgainstData(config: RunConfig, counts: DataCounts, origins: Origins = new Map()): void {
  const problems = dataProblems(config, trainingCounts(counts), (path) => labelOf(origins, path));
  if (problems.length > 0) throw problemsError(problems);
}

import { BatchStream } from '@lethe/data';

/** Greatest share of examples that may be of another class among the first ones than among all. */
const MOST_UNLIKE = 0.05;
const SEED = 1;

/**
 * At most so many examples, for what cannot take all of them: the first ones, if the classes are mixed among them as among all, otherwise
 * (a data set that is sorted by its classes) some that are drawn. A pure function of its arguments.
 * @param labels of all examples
 */
export function probedExamples(labels: Int32Array, most: number): Uint32Array {
  const all = Uint32Array.from(labels.keys());
  if (labels.length <= most) return all;
  const first = all.subarray(0, most);
  if (unlikeness(sharesOf(labels.subarray(0, most)), sharesOf(labels)) <= MOST_UNLIKE) return first;
  return new BatchStream({ training: all, batchSize: most, seed: SEED }).round(0).sort();
}

function sharesOf(labels: Int32Array): Map<number, number> {
  const shares = new Map<number, number>();
  for (const label of labels) shares.set(label, (shares.get(label) ?? 0) + 1 / labels.length);
  return shares;
}

/** Share of examples that would have to be of another class for both to be alike. */
function unlikeness(some: ReadonlyMap<number, number>, all: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [label, share] of all) sum += Math.abs(share - (some.get(label) ?? 0)) / 2;
  return sum;
}

import { chooseSplits } from '../examples/choose-splits.js';
import { refuseCutGroups } from '../examples/group-draw.js';
import { categoryAttribute, MISSING } from '../model/attributes.js';
import type { Groups, Split } from '../model/examples.js';
import { commonGroups } from './common-groups.js';
import { labelOf, type SplitPopulation } from './population.js';
import type { ReadPopulation } from './readable-examples.js';

/**
 * Which examples of each population are for training, held out and for testing. No group is on two sides, whatever its populations.
 * @throws LetheError DATA_INVALID when a part would be empty, or the data's own splits cut a group
 */
export function splitPopulations(populations: readonly ReadPopulation[], seed: number): SplitPopulation[] {
  const groups = populations.length > 1 ? commonGroups(populations) : null;
  if (groups === null) return populations.map((population) => splitPopulation(population, seed));
  if (populations.every(({ examples }) => examples.splits === null)) return drawTogether(populations, groups, seed);
  const found = populations.map((population) => splitPopulation(population, seed));
  const splits = found.flatMap(({ examples, test, heldOut }) => {
    const own = new Array<Split>(examples.count).fill('train');
    for (const row of heldOut) own[row] = 'held-out';
    for (const row of test) own[row] = 'test';
    return own;
  });
  refuseCutGroups(Uint32Array.from(splits.keys()), splits, groups, whereIn(populations));
  return found;
}

function splitPopulation(population: ReadPopulation, seed: number): SplitPopulation {
  const { examples, drawName } = population;
  const { train, 'held-out': heldOut, test } = chooseSplits({
    ...examples,
    rows: Uint32Array.from({ length: examples.count }, (_, row) => row),
    label: labelOf(examples),
    domain: drawName === null ? null : {
      kind: 'category', name: 'domain', categories: [drawName], values: new Uint32Array(examples.count),
    },
  }, { seed, testShare: examples.testShare });
  if (heldOut.length === 0) return { ...population, train, test, heldOut };
  const all = new Uint32Array(train.length + heldOut.length);
  all.set(train);
  all.set(heldOut, train.length);
  return { ...population, train: all.sort(), test, heldOut };
}

/** A group may have examples in several populations: it is drawn for all of them at once. */
function drawTogether(populations: readonly ReadPopulation[], groups: Groups, seed: number): SplitPopulation[] {
  const [first] = populations;
  const labels = populations.flatMap(({ examples }) => {
    const label = labelOf(examples);
    return Array.from({ length: examples.count }, (_, row) => label?.categories[label.values[row] ?? MISSING] ?? null);
  });
  const domains = populations.flatMap(({ examples, name }) => new Array<string>(examples.count).fill(name));
  const { train, test } = chooseSplits({
    origin: first?.examples.origin ?? '', where: whereIn(populations), splits: null, groups,
    rows: Uint32Array.from(labels.keys()), label: categoryAttribute('label', labels), domain: categoryAttribute('domain', domains),
  }, { seed, testShare: first?.examples.testShare ?? 0 });
  let start = 0;
  return populations.map((population) => {
    const [low, high] = [start, start + population.examples.count];
    const own = (rows: Uint32Array): Uint32Array => rows.filter((row) => row >= low && row < high).map((row) => row - low);
    start = high;
    return { ...population, train: own(train), test: own(test), heldOut: new Uint32Array(0) };
  });
}

/** Place of an example among those of all populations. */
export function whereIn(populations: readonly Pick<ReadPopulation, 'examples'>[]): (row: number) => string {
  return (row) => {
    let left = row;
    for (const { examples } of populations) {
      if (left < examples.count) return examples.where(left);
      left -= examples.count;
    }
    return '';
  };
}

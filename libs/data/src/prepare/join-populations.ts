import { invalidData } from '../invalid-data.js';
import { MISSING, chooseAttribute, type Attribute } from '../model/attributes.js';
import type { Dataset, LabelCount } from '../model/dataset.js';
import type { Inputs } from '../model/inputs.js';
import { commonGroups } from './common-groups.js';
import { joinAttributes } from './join-attributes.js';
import { labelOf, type SplitPopulation } from './population.js';

/** What populations are joined with. */
export interface JoinOptions {
  readonly inputs: Inputs;
  readonly classes: readonly string[];
  /** Whether a label that is no class counts as none, instead of being refused. */
  readonly passesOtherLabels: boolean;
}

/** Populations as the two parts of a data source. */
export interface JoinedPopulations {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Training examples that the data hold out, ascending; null: the data hold none out. */
  readonly heldOut: Uint32Array | null;
  /** Of each population: labels of test examples that are no classes. */
  readonly otherLabels: readonly (readonly LabelCount[])[];
  /** Training examples that were left out since their label is no class. */
  readonly leftOut: number;
}

/**
 * The training examples of those populations that the run learns from, and the test examples of all. Where labels are not to be looked
 * at, no later code can: they are MISSING.
 * @throws LetheError DATA_INVALID for a label that is no class
 */
export function joinPopulations(populations: readonly SplitPopulation[], options: JoinOptions): JoinedPopulations {
  const indexed = populations.map((population) => ({ population, labels: labelIndices(population, options) }));
  const training = indexed.map(({ population, labels }, domain): Part => {
    const { learning, train } = population;
    if (learning === 'none') return { population, domain, chosen: new Uint32Array(0), labels: null };
    if (learning === 'unlabelled') return { population, domain, chosen: train, labels: null };
    return { population, domain, chosen: train.filter((example) => labels.other[example] !== 1), labels: labels.indices };
  });
  const testing = indexed.map(({ population, labels }, domain): Part => (
    { population, domain, chosen: population.test, labels: labels.indices }
  ));
  return {
    train: datasetOf(training, options.inputs),
    test: datasetOf(testing, options.inputs),
    heldOut: heldOutOf(training),
    otherLabels: indexed.map(({ population, labels }) => countOthers(population, labels.other)),
    leftOut: training.reduce((sum, { population: { learning, train }, chosen }) => (
      learning === 'none' ? sum : sum + train.length - chosen.length
    ), 0),
  };
}

interface Part {
  readonly population: SplitPopulation;
  readonly domain: number;
  readonly chosen: Uint32Array;
  /** Null: not to be looked at. */
  readonly labels: Uint32Array | null;
}

interface LabelIndices {
  /** Class index of each example, or MISSING. */
  readonly indices: Uint32Array;
  /** 1 where the label is no class. */
  readonly other: Uint8Array;
}

function labelIndices({ examples, learning, test }: SplitPopulation, { classes, passesOtherLabels }: JoinOptions): LabelIndices {
  const [indices, other] = [new Uint32Array(examples.count).fill(MISSING), new Uint8Array(examples.count)];
  const label = labelOf(examples);
  if (label === null) return { indices, other };
  const classOf = new Map(classes.map((name, index) => [name, index]));
  const places = label.categories.map((category) => classOf.get(category) ?? MISSING);
  const isTest = new Uint8Array(examples.count);
  for (const example of test) isTest[example] = 1;
  for (const [example, value] of label.values.entries()) {
    if (value === MISSING) continue;
    const place = places[value] as number;
    indices[example] = place;
    if (place !== MISSING) continue;
    other[example] = 1;
    const isLookedAt = isTest[example] === 1 || learning === 'labelled';
    if (passesOtherLabels || !isLookedAt) continue;
    const expected = `labels that the training set has too (${classes.slice(0, 10).join(', ')})`;
    throw invalidData(examples.where(example), expected, JSON.stringify(label.categories[value]));
  }
  return { indices, other };
}

function countOthers({ examples, test }: SplitPopulation, other: Uint8Array): LabelCount[] {
  const label = labelOf(examples);
  const counts = new Map<string, number>();
  for (const example of test) {
    if (other[example] !== 1) continue;
    const name = label?.categories[label.values[example] as number] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, count }));
}

function datasetOf(parts: readonly Part[], inputs: Inputs): Dataset {
  const count = parts.reduce((sum, { chosen }) => sum + chosen.length, 0);
  const [rows, labels, domains] = [new Uint32Array(count), new Uint32Array(count).fill(MISSING), new Uint32Array(count)];
  const hasWeights = parts.some(({ population }) => population.examples.weights !== null);
  const common = commonGroups(parts.map(({ population }) => population));
  const [weights, groups] = [hasWeights ? new Float32Array(count).fill(1) : null, common === null ? null : new Uint32Array(count)];
  let place = 0;
  let firstExample = 0;
  for (const { population: { rows: ownRows, examples }, domain, chosen, labels: ownLabels } of parts) {
    for (const example of chosen) {
      rows[place] = ownRows[example] as number;
      domains[place] = domain;
      if (ownLabels !== null) labels[place] = ownLabels[example] as number;
      if (weights !== null && examples.weights !== null) weights[place] = examples.weights[example] as number;
      if (groups !== null) groups[place] = common?.indices[firstExample + example] ?? 0;
      place += 1;
    }
    firstExample += examples.count;
  }
  return { count, inputs, rows, labels, domains, weights, groups, attributes: attributesOf(parts), kept: [], forgotten: [] };
}

/** Without the label where it is not to be looked at. */
function attributesOf(parts: readonly Part[]): Attribute[] {
  return joinAttributes(parts.map(({ population: { examples }, chosen, labels }) => ({
    count: chosen.length,
    attributes: [...examples.attributes, ...(examples.inputs === null ? examples.features : [])]
      .filter(({ name }) => labels !== null || name !== examples.label)
      .map((attribute) => chooseAttribute(attribute, chosen)),
  })));
}

function heldOutOf(parts: readonly Part[]): Uint32Array | null {
  if (parts.every(({ population }) => population.heldOut.length === 0)) return null;
  const heldOut: number[] = [];
  let first = 0;
  for (const { population, chosen } of parts) {
    const isHeldOut = new Set(population.heldOut);
    for (const [place, example] of chosen.entries()) if (isHeldOut.has(example)) heldOut.push(first + place);
    first += chosen.length;
  }
  return Uint32Array.from(heldOut);
}

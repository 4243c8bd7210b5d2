import { MISSING } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import type { ForgottenFacts, KeptAndForgotten, KeptFacts, KeptNumber } from '../model/kept-and-forgotten.js';
import {
  chooseAttribute, inParts, type ChosenAttribute, type ChosenCategory, type ChosenNumber, type ExamplesOfRun,
} from './chosen-attribute.js';
import { combine } from './combination.js';

const MOST_NAMED = 10;

/** Names of what a run keeps and forgets, as its settings have them. */
export interface ChosenNames {
  readonly keep: readonly string[];
  readonly forget: readonly string[];
}

/** What a run keeps and forgets. */
export interface ReadChosen {
  readonly kept: readonly KeptFacts[];
  readonly forgotten: readonly ForgottenFacts[];
  readonly train: KeptAndForgotten;
  readonly test: KeptAndForgotten;
  readonly notes: readonly ReadingNote[];
}

/**
 * The attributes that are kept and forgotten, by their values in the training examples.
 * @throws LetheError DATA_INVALID for one that is not there, or that has fewer than two values among the training examples
 */
export function readChosen(examples: ExamplesOfRun, { keep, forget }: ChosenNames): ReadChosen {
  const toKeep = keep.map((name) => chooseAttribute(examples, name));
  const toForget = forget.map((name) => chooseAttribute(examples, name));
  const kept = toKeep.map(describeKept);
  const single = toForget.map(inParts);
  const { combined, notes } = combine(single);
  const forgotten = combined === null ? single : [...single, combined];
  return {
    kept: kept.map(({ facts }) => facts),
    forgotten: forgotten.map((one) => forgottenFacts(one, examples)),
    train: { kept: kept.map(({ train }) => train), forgotten: forgotten.map(({ train }) => train) },
    test: { kept: kept.map(({ test }) => test), forgotten: forgotten.map(({ test }) => test) },
    notes: [...[...toKeep, ...toForget].flatMap(missingNotes), ...notes],
  };
}

/** Examples without a value are used for the rest. */
function missingNotes(chosen: ChosenAttribute): ReadingNote[] {
  const { name } = chosen;
  const onlyInTests = chosen.kind === 'number' ? [] : chosen.onlyInTests;
  const others = onlyInTests.reduce((sum, { count }) => sum + count, 0);
  const [train, test] = [countMissing(chosen.train), countMissing(chosen.test) - others];
  const missing = `${inWords(train)} training and ${inWords(test)} test examples have no value of ${name}: they are used for the rest`;
  const named = onlyInTests.slice(0, MOST_NAMED).map((one) => `${one.name} (${inWords(one.count)})`).join(', ');
  const unknown = `${inWords(others)} test example${others === 1 ? ' is' : 's are'} not counted for ${name}, as no training `
    + `example has their value: ${named}${onlyInTests.length > MOST_NAMED ? ', ...' : ''}`;
  return [
    ...(train + test > 0 ? [{ kind: 'notice' as const, text: missing }] : []),
    ...(others > 0 ? [{ kind: 'warning' as const, text: unknown }] : []),
  ];
}

function countMissing(values: Iterable<number>): number {
  let missing = 0;
  for (const value of values) if (value === MISSING || Number.isNaN(value)) missing += 1;
  return missing;
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}

interface DescribedKept {
  readonly facts: KeptFacts;
  readonly train: Uint32Array | Float64Array;
  readonly test: Uint32Array | Float64Array;
}

function describeKept(chosen: ChosenAttribute): DescribedKept {
  if (chosen.kind === 'number') return describeNumber(chosen);
  const { name, categories, train, test, isLabel } = chosen;
  const { counts, missing } = countValues(train, categories.length);
  return { facts: { kind: 'category', name, categories, counts, missing, isLabel }, train, test };
}

/** Mean 0 and deviation 1 over the training examples. */
function describeNumber({ name, parts: { bounds, means, names }, train, test }: ChosenNumber): DescribedKept {
  const known = train.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  const missing = train.length - known.length;
  const facts: KeptNumber = { kind: 'number', name, mean, deviation, missing, categories: names, bounds, means, isLabel: false };
  const standardised = (values: Float64Array): Float64Array => values.map((value) => (value - mean) / deviation);
  return { facts, train: standardised(train), test: standardised(test) };
}

function forgottenFacts(
  { name, of, categories, train, means, isLabel }: ChosenCategory, { train: { labels }, classes }: ExamplesOfRun,
): ForgottenFacts {
  const { counts, missing } = countValues(train, categories.length);
  const countsByLabel = isLabel ? [] : classes.map(() => new Array<number>(categories.length).fill(0));
  for (const [example, value] of train.entries()) {
    const ofLabel = countsByLabel[labels[example] as number];
    if (ofLabel !== undefined && value !== MISSING) ofLabel[value] = (ofLabel[value] as number) + 1;
  }
  return { name, of, categories, counts, countsByLabel, missing, means, isLabel };
}

function countValues(values: Uint32Array, categories: number): { readonly counts: readonly number[]; readonly missing: number } {
  const counts = new Array<number>(categories).fill(0);
  let missing = 0;
  for (const value of values) {
    if (value === MISSING) missing += 1;
    else counts[value] = (counts[value] as number) + 1;
  }
  return { counts, missing };
}

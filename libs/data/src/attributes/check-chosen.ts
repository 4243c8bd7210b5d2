import { LetheError } from '@lethe/errors';
import { associations } from '../columns/associations.js';
import { discretise } from '../columns/discretised.js';
import { MISSING, chooseAttribute, type Attribute } from '../model/attributes.js';
import type { DataFacts, Dataset } from '../model/dataset.js';
import type { ReadingNote } from '../model/examples.js';
import { probedAttribute } from './probed-attribute.js';

/** What forgetting means: features tell nothing of what is forgotten (`parity`), or nothing beyond what the label tells (`odds`). */
type Fairness = 'parity' | 'odds';

/** From this share of its entropy on, an attribute is decided by another. */
const DECIDES = 0.99;
/** Fewer examples agree by chance. */
const FEWEST = 20;
/** Of each kept value on average: with fewer, the examples that are ranked say too much about themselves. */
const FEWEST_OF_A_VALUE = 50;

/** Examples of a run, of which training examples are counted. */
export interface ChosenExamples {
  readonly facts: Pick<DataFacts, 'classes' | 'kept' | 'forgotten'>;
  readonly train: Dataset;
}

/**
 * What each kept attribute alone tells of each forgotten one: no features from which it is read without error can tell less.
 * @throws LetheError CONFIG_INVALID where keeping one and forgetting the other is impossible.
 *
 * With parity that is where either decides the other: of two such attributes, whatever tells something of one tells something of the
 * other. With odds it is also where the label decides a forgotten one, since beyond the label nothing is left to forget, and features that
 * keep the label tell it. But what decides the label may be forgotten then: features that tell the label alone do.
 */
export async function checkChosen({ facts, train }: ChosenExamples, fairness: Fairness): Promise<ReadingNote[]> {
  const attributeOf = (name: string): Attribute => attributeToCount(train, facts, name);
  const notes: ReadingNote[] = [];
  for (const { name: kept, isLabel } of facts.kept) {
    for (const { name: forgotten, of } of facts.forgotten) {
      if (of.length > 1) continue;
      const told = await countPair(attributeOf(kept), attributeOf(forgotten));
      if (told === null) continue;
      if (told.ofForgotten >= DECIDES) {
        throw impossible(kept, forgotten, told.ofForgotten, whyKeptTells(fairness, isLabel, kept, forgotten));
      }
      const isForced = fairness === 'parity' || (!isLabel && !await labelDecides(attributeOf(''), attributeOf(kept)));
      if (told.ofKept >= DECIDES && isForced) {
        throw impossible(forgotten, kept, told.ofKept, `features that tell something of ${kept} tell something of ${forgotten}`);
      }
      notes.push({ kind: 'notice', text: tellingText(kept, forgotten, told) });
    }
  }
  return notes;
}

function whyKeptTells(fairness: Fairness, isLabel: boolean, kept: string, forgotten: string): string {
  const parity = `features that keep ${kept} tell ${forgotten}`;
  return fairness === 'odds' && isLabel ? `beyond ${kept} nothing is left of ${forgotten} to be forgotten, and ${parity}` : parity;
}

function impossible(from: string, of: string, share: number, why: string): LetheError {
  const found = `${from} decides ${of}: it tells ${share.toFixed(3)} of its entropy in the training examples, so that ${why}`;
  const message = `data.keep and data.forget: expected attributes that do not decide each other, found that ${found}`;
  return new LetheError('CONFIG_INVALID', message, { details: { from, of, share } });
}

async function labelDecides(label: Attribute, kept: Attribute): Promise<boolean> {
  const told = await countPair(label, kept);
  return told !== null && told.ofForgotten >= DECIDES;
}

function attributeToCount(train: Dataset, facts: ChosenExamples['facts'], name: string): Attribute {
  const { labels, categories, values } = probedAttribute(train, facts, name);
  if (values !== null) return { kind: 'number', name, values };
  return { kind: 'category', name, categories, values: Uint32Array.from(labels) };
}

/** What two attributes tell of each other, by the examples that have both. */
interface Told {
  readonly examples: number;
  /** Shares of the entropy, without what chance alone tells. */
  readonly ofForgotten: number;
  readonly ofKept: number;
  /** Of the forgotten one, in nats. */
  readonly entropy: number;
  /**
   * Of the second of two categories that are forgotten, ranked by how often it comes with the kept value; null: there are more, or too
   * few examples of each kept value.
   */
  readonly auroc: number | null;
}

/** Null: too few examples have both. */
async function countPair(kept: Attribute, forgotten: Attribute): Promise<Told | null> {
  const rows = Uint32Array.from(kept.values.keys()).filter((row) => isKnown(kept, row) && isKnown(forgotten, row));
  if (rows.length < FEWEST) return null;
  const [from, of] = [chooseAttribute(kept, rows), { ...chooseAttribute(forgotten, rows), name: `${forgotten.name} (forgotten)` }];
  const found = await associations([from, of]);
  const shareOf = (name: string): number => found.find((one) => one.of === name)?.share ?? 0;
  const all = Uint32Array.from(rows.keys());
  const [ofKept, ofForgotten] = [discretise(from, all), discretise(of, all)];
  const isRanked = forgotten.kind === 'category' && forgotten.categories.length === 2 && rows.length >= FEWEST_OF_A_VALUE * ofKept.count;
  return {
    examples: rows.length, ofForgotten: shareOf(of.name), ofKept: shareOf(from.name), entropy: entropyOf(ofForgotten.codes),
    auroc: isRanked ? rankedArea(ofKept.codes, ofForgotten.codes) : null,
  };
}

function isKnown(attribute: Attribute, row: number): boolean {
  return attribute.kind === 'number' ? !Number.isNaN(attribute.values[row]) : attribute.values[row] !== MISSING;
}

function entropyOf(codes: Uint16Array): number {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / codes.length) * Math.log(count / codes.length), 0);
}

/** Area under the curve of the share of ones among examples of the same code, ties counting a half. @param targets 0 or 1 */
function rankedArea(codes: Uint16Array, targets: Uint16Array): number {
  const counts = new Map<number, [zeros: number, ones: number]>();
  for (const [row, code] of codes.entries()) {
    const own = counts.get(code) ?? [0, 0];
    own[targets[row] === 1 ? 1 : 0] += 1;
    counts.set(code, own);
  }
  const ranked = [...counts.values()].sort((a, b) => a[1] * (b[0] + b[1]) - b[1] * (a[0] + a[1]));
  let [zerosBelow, area, ones] = [0, 0, 0];
  for (const [zero, one] of ranked) {
    area += one * (zerosBelow + zero / 2);
    zerosBelow += zero;
    ones += one;
  }
  return area / (zerosBelow * ones);
}

function tellingText(kept: string, forgotten: string, { examples, ofForgotten, entropy, auroc }: Told): string {
  const area = auroc === null ? '' : `, AUROC ${auroc.toFixed(3)}`;
  return `${kept} alone tells ${(ofForgotten * entropy).toFixed(3)} of ${entropy.toFixed(3)} nats of ${forgotten}${area} `
    + `(${examples.toLocaleString('en-US')} training examples)`;
}

import { setImmediate } from 'node:timers/promises';
import type { Attribute } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';
import { discretise, folded, type Discretised } from './discretised.js';
import { flagValue } from './flag-value.js';

/** How much one attribute by itself tells of another. */
export interface Association {
  readonly of: string;
  readonly from: string;
  /** 0: nothing, 1: all of it. What chance alone would tell is taken off. */
  readonly share: number;
}

/** Rows that are counted, and pairs times rows, which bounds the time. */
const MOST_ROWS = 100_000;
const MOST_COUNTS = 300_000_000;
const FEWEST_ROWS = 1000;
const SHUFFLES = 2;
/** Pairs of values that are counted apart: 16 MiB. */
const MOST_PAIRS_OF_VALUES = 2 ** 22;
/** From this share on, one attribute decides another. */
const DECIDES = 0.99;
const MOST_NOTES = 10;
/** Fewer rows agree by chance. */
const ENOUGH_ROWS = 20;

/**
 * How much each attribute alone tells of each of the targets: by how much knowing it lowers the target's entropy, as a share of that
 * entropy; what is told by chance after the rows have been shuffled is taken off (an identifier tells everything of everything).
 */
export async function associations(
  attributes: readonly Attribute[], targets: readonly Attribute[] = attributes,
): Promise<Association[]> {
  const rows = chooseRows(attributes[0]?.values.length ?? 0, attributes.length * targets.length);
  const columns = new Map([...attributes, ...targets].map((attribute) => [attribute.name, discretise(attribute, rows)]));
  const orders = Array.from({ length: SHUFFLES }, (_, order) =>
    shuffle(Uint32Array.from(rows.keys()), seededGenerator('associations', 0, order)));
  const found: Association[] = [];
  for (const { name: from } of attributes) {
    for (const { name: of } of targets) {
      if (of !== from) found.push({ of, from, share: shareTold(columns.get(from) as Discretised, columns.get(of) as Discretised, orders) });
    }
    await setImmediate(); // signals are heard meanwhile
  }
  return found;
}

/**
 * Warnings about attributes that one other decides.
 * @param rows of the data
 * @param inputs names of the attributes that are inputs, which may be left out
 */
export function decidingNotes(found: readonly Association[], rows: number, inputs: readonly string[]): ReadingNote[] {
  if (rows < ENOUGH_ROWS) return [];
  const deciding = found.filter(({ share }) => share >= DECIDES);
  const notes = deciding.slice(0, MOST_NOTES).map(({ of, from }): ReadingNote => {
    const way = inputs.includes(from) ? `; --ignore ${flagValue(from)} leaves it out of the inputs` : '';
    return { kind: 'warning', text: `${from} decides ${of}: whoever sees ${from} knows ${of}${way}` };
  });
  const left = deciding.length - notes.length;
  return left === 0 ? notes : [...notes, { kind: 'warning', text: `${left.toLocaleString('en-US')} more columns decide another` }];
}

function shareTold(from: Discretised, of: Discretised, orders: readonly Uint32Array[]): number {
  const mostBeside = ({ count }: Discretised): number =>
    Math.max(Math.sqrt(MOST_PAIRS_OF_VALUES), Math.floor(MOST_PAIRS_OF_VALUES / count));
  const [known, target] = [folded(from, mostBeside(of)), folded(of, mostBeside(from))];
  const left = jointEntropy(known, target) - entropyOf(known);
  const leftByChance = orders.reduce((sum, order) => sum + jointEntropy(known, target, order), 0) / orders.length - entropyOf(known);
  // Where chance alone tells nearly everything, nothing is left to be told.
  return leftByChance > 0.01 * entropyOf(target) ? Math.min(1, Math.max(0, 1 - left / leftByChance)) : 0;
}

function chooseRows(count: number, pairs: number): Uint32Array {
  const most = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.floor(MOST_COUNTS / Math.max(1, pairs * (SHUFFLES + 1)))));
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  return count <= most ? rows : shuffle(rows, seededGenerator('associations', 0, 'rows')).slice(0, most);
}

/** In nats. */
function entropyOf({ codes, count }: Discretised): number {
  return jointEntropy({ codes, count }, { codes: new Uint16Array(codes.length), count: 1 });
}

/** Entropy of pairs of values, in nats: of one row each, or of rows that lie in another order in the first. */
function jointEntropy(one: Discretised, other: Discretised, order: Uint32Array | null = null): number {
  const counts = new Uint32Array(one.count * other.count);
  for (let row = 0; row < one.codes.length; row += 1) {
    const first = one.codes[order === null ? row : order[row] as number] as number;
    const pair = first * other.count + (other.codes[row] as number);
    counts[pair] = (counts[pair] as number) + 1;
  }
  let sum = 0;
  for (const count of counts) if (count > 0) sum -= count * Math.log(count / one.codes.length);
  return sum / Math.max(1, one.codes.length);
}

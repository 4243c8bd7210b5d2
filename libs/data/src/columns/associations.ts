import type { Attribute } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';
import { discretise, type Discretised } from './discretised.js';

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
/** From this share on, one attribute decides another. */
const DECIDES = 0.99;
/** Fewer rows agree by chance. */
const ENOUGH_ROWS = 20;

/**
 * How much each attribute alone tells of each of the targets: mutual information as a share of the target's entropy, less what it is
 * after the rows have been shuffled (an identifier tells everything of everything, by chance).
 */
export function associations(attributes: readonly Attribute[], targets: readonly Attribute[] = attributes): Association[] {
  const rows = chooseRows(attributes[0]?.values.length ?? 0, attributes.length * targets.length);
  const columns = new Map([...attributes, ...targets].map((attribute) => [attribute.name, discretise(attribute, rows)]));
  const orders = Array.from({ length: SHUFFLES }, (_, order) =>
    shuffle(Uint32Array.from(rows.keys()), seededGenerator('associations', 0, order)));
  const found: Association[] = [];
  for (const from of attributes) {
    const column = columns.get(from.name) as Discretised;
    const shuffled = orders.map((order) => ({ ...column, codes: Uint16Array.from(order, (row) => column.codes[row] as number) }));
    for (const target of targets) {
      if (target.name === from.name) continue;
      const known = columns.get(target.name) as Discretised;
      const chance = shuffled.reduce((sum, other) => sum + information(other, known), 0) / SHUFFLES;
      const [all, told] = [entropy(known), information(column, known)];
      // Where chance alone tells nearly everything, nothing is left to be told.
      const share = all - chance > 0.01 * all ? (told - chance) / (all - chance) : 0;
      found.push({ of: target.name, from: from.name, share: Math.min(1, Math.max(0, share)) });
    }
  }
  return found;
}

/** Warnings about attributes that one other decides. */
export function decidingNotes(found: readonly Association[], rows: number): ReadingNote[] {
  if (rows < ENOUGH_ROWS) return [];
  return found.filter(({ share }) => share >= DECIDES).map(({ of, from }) =>
    ({ kind: 'warning', text: `${from} decides ${of}: whoever sees ${from} knows ${of}; --ignore ${from} leaves it out` }));
}

function chooseRows(count: number, pairs: number): Uint32Array {
  const most = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.floor(MOST_COUNTS / Math.max(1, pairs * (SHUFFLES + 1)))));
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  return count <= most ? rows : shuffle(rows, seededGenerator('associations', 0, 'rows')).slice(0, most);
}

/** In nats. */
function entropy({ codes, count }: Discretised): number {
  const counts = new Uint32Array(count);
  for (const code of codes) counts[code] = (counts[code] as number) + 1;
  return entropyOf(counts, codes.length);
}

/** Mutual information of two attributes of the same rows, in nats. */
function information(a: Discretised, b: Discretised): number {
  const joint = new Uint32Array(a.count * b.count);
  for (let row = 0; row < a.codes.length; row += 1) {
    const cell = (a.codes[row] as number) * b.count + (b.codes[row] as number);
    joint[cell] = (joint[cell] as number) + 1;
  }
  return entropy(a) + entropy(b) - entropyOf(joint, a.codes.length);
}

function entropyOf(counts: Uint32Array, total: number): number {
  let sum = 0;
  for (const count of counts) if (count > 0) sum -= (count / total) * Math.log(count / total);
  return sum;
}

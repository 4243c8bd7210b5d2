import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import { SPLITS, type Split } from '../model/examples.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';
import type { ExamplesToSplit, SplitOptions } from './examples-to-split.js';
import { drawGroups, refuseCutGroups } from './group-draw.js';

/** Rows of each split, each in the order in which they came. */
export type SplitRows = Readonly<Record<Split, Uint32Array>>;

/** Rows of one domain, or all. */
interface DomainRows {
  readonly where: string;
  /** Null: the data are of one population. */
  readonly name: string | null;
  readonly rows: Uint32Array;
}

/**
 * Which rows are for training, held out and for testing. The data's own splits decide; without them, a share of each class of each
 * domain is drawn for testing: a function of the rows' order, the seed and the domain's name alone. No group is cut.
 * @throws LetheError DATA_INVALID when a domain's part would be empty, a class cannot be parted, or the data's own splits cut a group
 */
export function chooseSplits(examples: ExamplesToSplit, options: SplitOptions): SplitRows {
  const { rows, splits, groups } = examples;
  const domains = rowsByDomain(examples);
  if (splits !== null && groups !== null) refuseCutGroups(rows, splits, groups, examples.where);
  const isTest = splits === null ? drawTestRows(examples, domains, options) : null;
  const splitOf = (row: number): Split => splits?.[row] ?? (isTest?.[row] === 1 ? 'test' : 'train');
  for (const { where, rows: own } of domains) {
    for (const part of ['train', 'test'] as const) {
      if (!own.some((row) => splitOf(row) === part)) throw invalidData(where, `rows with the split ${part}`, 'none');
    }
  }
  const [train, heldOut, test] = SPLITS.map((split) => rows.filter((row) => splitOf(row) === split));
  return { train: train as Uint32Array, 'held-out': heldOut as Uint32Array, test: test as Uint32Array };
}

/** Rows by a value, the values in the order in which they first come. */
function rowsBy(rows: Uint32Array, valueOf: (row: number) => number): [number, Uint32Array][] {
  const found = new Map<number, number[]>();
  for (const row of rows) {
    const value = valueOf(row);
    const members = found.get(value);
    if (members === undefined) found.set(value, [row]);
    else members.push(row);
  }
  return [...found].map(([value, members]) => [value, Uint32Array.from(members)]);
}

function rowsByDomain({ origin, rows, domain }: ExamplesToSplit): DomainRows[] {
  if (domain === null) return [{ where: origin, name: null, rows }];
  return rowsBy(rows, (row) => domain.values[row] ?? MISSING).map(([index, own]) => {
    const name = domain.categories[index] ?? '';
    return { where: `${origin}, domain ${name}`, name, rows: own };
  });
}

/** Of each example 1 if it is for testing. */
function drawTestRows(examples: ExamplesToSplit, domains: readonly DomainRows[], options: SplitOptions): Uint8Array {
  const isTest = new Uint8Array(examples.rows.reduce((most, row) => Math.max(most, row), -1) + 1);
  const test = examples.groups === null
    ? domains.flatMap((domain) => drawByClass(examples.label, domain, options)) : [drawGroups(examples, examples.groups, options)];
  for (const rows of test) for (const row of rows) isTest[row] = 1;
  return isTest;
}

function drawByClass(label: CategoryAttribute | null, { where, name, rows }: DomainRows, { seed, testShare }: SplitOptions): Uint32Array[] {
  return rowsBy(rows, (row) => label?.values[row] ?? MISSING).map(([index, members]) => {
    const className = label?.categories[index] ?? null;
    if (members.length < 2) {
      if (className !== null) throw oneOfAClass(where, className);
      // Nothing is measured on it.
      return new Uint32Array(0);
    }
    const part = name === null ? (className ?? '') : JSON.stringify([name, className]);
    const shuffled = shuffle(members.slice(), seededGenerator('test-split', seed, part));
    return shuffled.slice(0, Math.max(1, Math.floor(members.length * testShare)));
  });
}

function oneOfAClass(where: string, className: string): Error {
  const expected = `at least 2 examples labelled ${JSON.stringify(className)} (one for testing) or a split column`;
  return invalidData(where, expected, '1; --min-per-class 2 leaves such classes out');
}

import { invalidData } from '../invalid-data.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';

export type Split = 'train' | 'test';

/** The cell of a split column. @throws LetheError DATA_INVALID for anything but train and test */
export function readSplit(where: string, cell: string): Split {
  if (cell === 'train' || cell === 'test') return cell;
  throw invalidData(where, 'the split train or test', JSON.stringify(cell));
}

/** A row of a list of examples. */
export interface SplittableRow {
  /** Null: not known. */
  readonly label: string | null;
  /** Undefined when the list has no split column. */
  readonly split: Split | undefined;
}

export interface SplitOptions {
  /** What the list is called in messages. */
  readonly where: string;
  readonly seed: number;
  /** Share of each class that is drawn for testing, at least one example. */
  readonly testShare?: number;
  /** Keeps the draws of several populations apart. */
  readonly domain?: string;
}

const TEST_SHARE = 1 / 6;

/**
 * Which rows are for training and which for testing. The list's own split decides; without one, a share of each class is
 * drawn for testing: a function of the rows' order, the seed and the domain's name alone.
 * @throws LetheError DATA_INVALID when a part would be empty
 */
export function splitRows<Row extends SplittableRow>(rows: readonly Row[], options: SplitOptions): Record<Split, Row[]> {
  const chosen = rows.some(({ split }) => split !== undefined) ? undefined : drawTestRows(rows, options);
  const splitOf = (row: Row): Split => row.split ?? (chosen?.has(row) === true ? 'test' : 'train');
  const parts = { train: rows.filter((row) => splitOf(row) === 'train'), test: rows.filter((row) => splitOf(row) === 'test') };
  for (const part of ['train', 'test'] as const) {
    if (parts[part].length === 0) throw invalidData(options.where, `rows with the split ${part}`, 'none');
  }
  return parts;
}

function drawTestRows<Row extends SplittableRow>(rows: readonly Row[], options: SplitOptions): Set<Row> {
  const { where, seed, testShare = TEST_SHARE, domain } = options;
  const byLabel = new Map<string | null, Row[]>();
  for (const row of rows) {
    const members = byLabel.get(row.label);
    if (members === undefined) byLabel.set(row.label, [row]);
    else members.push(row);
  }
  const chosen = new Set<Row>();
  for (const [label, members] of byLabel) {
    if (members.length < 2) {
      const kind = label === null ? 'without a label' : `labelled ${JSON.stringify(label)}`;
      throw invalidData(where, `at least 2 examples ${kind} (one for testing) or a split column`, '1');
    }
    const name = domain === undefined ? (label ?? '') : JSON.stringify([domain, label]);
    const shuffled = shuffle([...members], seededGenerator('test-split', seed, name));
    for (const row of shuffled.slice(0, Math.max(1, Math.floor(members.length * testShare)))) chosen.add(row);
  }
  return chosen;
}

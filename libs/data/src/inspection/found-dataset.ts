import type { ImageShape } from '../dataset.js';
import type { Unpacking } from '../formats/unpacking.js';

/** Something in a data folder that a run could read. */
export interface Holding {
  /** Folder below the one that was asked about; empty for that one itself. */
  readonly name: string;
  /** In words: "IDX files", "a table". */
  readonly kind: string;
  /** Sizes in words: "7,291 training and 2,007 test images of 16 x 16 x 1". */
  readonly contents: string;
  /** Examples of each class; empty for what has no labels. */
  readonly classes: readonly ClassCount[];
  /** Some images of each class, or of all; null for what has none. */
  readonly samples: SampleImages | null;
}

export interface ClassCount {
  readonly name: string;
  readonly count: number;
}

/** Rows of images, a class each. */
export interface SampleImages {
  /** [rows, columns, height, width, channels]; what is missing in a row is 0. */
  readonly images: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  readonly shape: ImageShape;
}

/** Looks into a folder for one kind of data; null if it is not there. @throws LetheError DATA_INVALID for a damaged file of that kind, DATA_TOO_LARGE */
export type Inspector = (folder: string, name: string, names: readonly string[], unpacking: Unpacking) => Promise<Holding | null>;

const COLUMNS = 10;
/** A sheet with more rows is no longer looked at. */
const MOST_ROWS = 20;

export interface LabelledImages {
  readonly images: Uint8Array;
  readonly labels: readonly (string | null)[];
  readonly shape: ImageShape;
}

/** The first images of each class. */
export function sampleImages({ images, labels, shape }: LabelledImages, classes: readonly string[]): SampleImages {
  const length = shape.height * shape.width * shape.channels;
  const shown = classes.slice(0, MOST_ROWS);
  const sheet = new Uint8Array(shown.length * COLUMNS * length);
  const filled = new Map(shown.map((name, row) => [name, { row, column: 0 }]));
  for (const [index, label] of labels.entries()) {
    const place = filled.get(label ?? '');
    if (place === undefined || place.column === COLUMNS) continue;
    sheet.set(images.subarray(index * length, (index + 1) * length), (place.row * COLUMNS + place.column) * length);
    place.column += 1;
  }
  return { images: sheet, rows: shown.length, columns: COLUMNS, shape };
}

/** How often each label occurs, in the order of `classes`. */
export function countClasses(labels: readonly (string | null)[], classes: readonly string[]): ClassCount[] {
  const counts = new Map(classes.map((name) => [name, 0]));
  for (const label of labels) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count }));
}

export function shapeInWords({ height, width, channels }: ImageShape): string {
  return `${height} x ${width} x ${channels}`;
}

const NUMBERS = new Intl.NumberFormat('en-GB');

export function inWords(count: number, what: string): string {
  return `${NUMBERS.format(count)} ${what}${count === 1 ? '' : 's'}`;
}

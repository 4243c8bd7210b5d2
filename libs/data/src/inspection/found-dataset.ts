import type { ImageShape } from '../model/inputs.js';
import type { LabelledImages } from '../formats/labelled-images.js';
import type { Unpacking } from '../formats/unpacking.js';

/** Data in a folder that a run could read. */
export interface FoundDataset {
  /** Folder below the inspected one; empty for the inspected one itself. */
  readonly name: string;
  /** In words: "IDX files", "a table". */
  readonly kind: string;
  /** Sizes in words: "7,291 training and 2,007 test images of 16 x 16 x 1". */
  readonly contents: string;
  /** Examples of each class; empty for data without labels. */
  readonly classes: readonly ClassCount[];
  /** The first images of each class, or of all if there are no classes; null for data without images. */
  readonly samples: SampleImages | null;
}

export interface ClassCount {
  readonly name: string;
  readonly count: number;
}

/** Rows of images, a class each. */
export interface SampleImages {
  /** [rows, columns, height, width, channels]; pixels are 0 where a row has fewer images than columns. */
  readonly images: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  readonly shape: ImageShape;
}

/** The files directly in a folder. */
export interface FolderToInspect {
  readonly folder: string;
  /** The name of what is found there. */
  readonly name: string;
  readonly files: readonly string[];
  readonly unpacking: Unpacking;
}

/**
 * Looks into a folder for one kind of data; null if there are none of this kind.
 * @throws LetheError DATA_INVALID for a damaged file of that kind, DATA_TOO_LARGE
 */
export type Inspector = (inspected: FolderToInspect) => Promise<FoundDataset | null>;

const COLUMNS = 10;
/** A contact sheet with more rows is too long to look at. */
const MOST_ROWS = 20;

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

const NUMBERS = new Intl.NumberFormat('en-GB');

/** A number of things: "7,291 training images". */
export function inWords(count: number, noun: string): string {
  return `${NUMBERS.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

import { MISSING } from '../model/attributes.js';
import { inputLength, type ImageShape } from '../model/inputs.js';
import type { DataToDescribe } from './data-report.js';

/** Rows of images, a class each. */
export interface ContactSheet {
  /** [rows, columns, height, width, channels]; pixels are 0 where a row has fewer images than columns. */
  readonly images: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  readonly shape: ImageShape;
}

const COLUMNS = 10;
/** A sheet with more rows is too long to look at. */
const MOST_ROWS = 20;

/** The first images of each class as they are read, training images first; null: the inputs are no images. */
export function contactSheet({ facts, train, test }: DataToDescribe): ContactSheet | null {
  const { inputs } = train;
  const { shape, values } = inputs;
  if (values !== 'bytes') return null;
  const rows = Math.min(MOST_ROWS, Math.max(1, facts.classes.length));
  const chosen = Array.from({ length: rows }, (): number[] => []);
  let left = rows;
  for (const { labels, rows: own, count } of [train, test]) {
    for (let example = 0; example < count && left > 0; example += 1) {
      const label = labels[example] as number;
      const row = chosen[label === MISSING && facts.classes.length === 0 ? 0 : label];
      if (row === undefined || row.length === COLUMNS) continue;
      row.push(own[example] as number);
      if (row.length === COLUMNS) left -= 1;
    }
  }
  const length = inputLength(shape);
  const images = new Uint8Array(rows * COLUMNS * length);
  for (const [row, places] of chosen.entries()) images.set(inputs.gather(Uint32Array.from(places)), row * COLUMNS * length);
  return { images, rows, columns: COLUMNS, shape };
}

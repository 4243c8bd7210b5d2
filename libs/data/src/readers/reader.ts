import type { ReadingConfig } from '@lethe/config';
import type { Unpacking } from '../formats/archives/unpacking.js';
import type { Examples } from '../model/examples.js';

/** How data of any kind are read. */
export interface ReaderOptions {
  /** Side in pixels of the square that images are brought to; null: they keep their size, and their colours. */
  readonly imageSize: number | null;
  readonly channels: 1 | 3;
  /** Whether a list of images has to have labels: else one of its other columns is what the run learns. */
  readonly needsLabel: boolean;
  /** Draws photographs. */
  readonly seed: number;
  readonly reading: ReadingConfig;
  /** One for all data of a run. */
  readonly unpacking: Unpacking;
}

/** Reads data of one kind. @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE */
export type Reader<Place> = (place: Place, options: ReaderOptions) => Promise<Examples>;

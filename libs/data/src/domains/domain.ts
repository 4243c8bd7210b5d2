import type { ImageShape } from '../dataset.js';
import type { Split } from '../examples/test-split.js';
import type { Unpacking } from '../formats/unpacking.js';

/** Examples as they were read, with the names of their classes. */
export interface DomainExamples {
  /** Row-major [labels.length, height, width, channels]. */
  readonly images: Uint8Array | Float32Array;
  /** Null: not known. */
  readonly labels: readonly (string | null)[];
}

/** One population. */
export interface Domain extends Readonly<Record<Split, DomainExamples>> {
  readonly name: string;
  readonly shape: ImageShape;
}

/** How domains are read, whichever they are. */
export interface DomainOptions {
  /** The data folder; null if none was given. */
  readonly folder: string | null;
  /** Images are brought to this square. */
  readonly imageSize: number;
  readonly channels: 1 | 3;
  /** Draws photographs, and test examples where the data does not say which they are. */
  readonly seed: number;
  /** One for all domains. */
  readonly unpacking: Unpacking;
}

export interface DomainReader {
  readonly names: readonly string[];
  /** The domain of that name. @throws LetheError DATA_MISSING, DATA_INVALID */
  read(name: string): Promise<Domain>;
}

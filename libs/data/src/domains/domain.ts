import type { ImageShape } from '../dataset.js';
import type { Split } from '../examples/test-split.js';
import { convertImages } from '../formats/convert-images.js';
import type { LabelledImages } from '../formats/labelled-images.js';
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

/** How domains of any kind are read. */
export interface DomainOptions {
  /** The data folder; null if none was given. */
  readonly folder: string | null;
  /** Images are brought to this square. */
  readonly imageSize: number;
  readonly channels: 1 | 3;
  /** Draws photographs, and test examples where the data do not name them. */
  readonly seed: number;
  /** One for all domains. */
  readonly unpacking: Unpacking;
}

/** Reads the domains of one entry of `data.domains.from`. */
export interface DomainReader {
  readonly names: readonly string[];
  /** The domain of that name. @throws LetheError DATA_MISSING, DATA_INVALID */
  read(name: string): Promise<Domain>;
}

/** A domain of images, brought to the size and colours of the options. */
export async function imageDomain(
  name: string, { train, test }: Readonly<Record<Split, LabelledImages>>, { imageSize, channels }: DomainOptions,
): Promise<Domain> {
  const shape = { height: imageSize, width: imageSize, channels };
  return {
    name, shape,
    train: { images: await convertImages(train, shape), labels: train.labels },
    test: { images: await convertImages(test, shape), labels: test.labels },
  };
}

import type { Dataset } from '../model/dataset.js';
import { inputLength, type ImageShape } from '../model/inputs.js';
import { memoryInputs } from './memory-inputs.js';

/** Examples that are in memory already. */
export interface ExamplesInMemory {
  /** Row-major [count, height, width, channels]. */
  readonly images: Uint8Array | Float32Array;
  readonly shape: ImageShape;
  /** Class index of each example, or MISSING. */
  readonly labels: Uint32Array;
  /** Index of the population of each; without them there is one. */
  readonly domains?: Uint32Array;
}

/** A data set of examples that a program has in memory, whose label is to be forgotten. */
export function memoryDataset({ images, shape, labels, domains }: ExamplesInMemory): Dataset {
  const count = images.length / inputLength(shape);
  return {
    count, inputs: memoryInputs(images, shape), rows: Uint32Array.from({ length: count }, (_, row) => row),
    labels, domains: domains ?? new Uint32Array(count), attributes: [], weights: null, groups: null,
    kept: [], forgotten: [labels],
  };
}

/** Labelled vectors: values float32 [examples, size], labels [examples]. */
export interface Vectors {
  readonly values: Float32Array;
  readonly labels: Int32Array;
  readonly size: number;
}

/** Training and test vectors of a probe. */
export interface ProbeData {
  readonly train: Vectors;
  readonly test: Vectors;
  readonly classes: number;
}

/**
 * A dimension that deviates less among the training vectors counts as constant and is left out: divided by next to nothing, a
 * pixel that is black in all of training and lit once in the test would outweigh everything else.
 */
const LEAST_DEVIATION = 1e-6;

/** Brings every dimension to mean 0 and deviation 1 of the training vectors, so that information in a small dimension is found too. */
export function standardise({ train, test, classes }: ProbeData): ProbeData {
  const { size } = train;
  const examples = train.values.length / size;
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  const { values } = train;
  for (let first = 0; first < values.length; first += size) {
    for (let place = 0; place < size; place += 1) mean[place] = (mean[place] as number) + (values[first + place] as number) / examples;
  }
  for (let first = 0; first < values.length; first += size) {
    for (let place = 0; place < size; place += 1) {
      const distance = (values[first + place] as number) - (mean[place] as number);
      deviation[place] = (deviation[place] as number) + (distance * distance) / examples;
    }
  }
  const factor = deviation.map((square) => (Math.sqrt(square) < LEAST_DEVIATION ? 0 : 1 / Math.sqrt(square)));
  const scaled = (vectors: Vectors): Vectors => {
    const scaledValues = new Float32Array(vectors.values.length);
    for (let first = 0; first < scaledValues.length; first += size) {
      for (let place = 0; place < size; place += 1) {
        scaledValues[first + place] = ((vectors.values[first + place] as number) - (mean[place] as number)) * (factor[place] as number);
      }
    }
    return { ...vectors, values: scaledValues };
  };
  return { train: scaled(train), test: scaled(test), classes };
}

/** The chosen examples, in that order. */
export function choose({ values, labels, size }: Vectors, indices: Uint32Array): Vectors {
  const chosen = new Float32Array(indices.length * size);
  for (const [place, index] of indices.entries()) chosen.set(values.subarray(index * size, (index + 1) * size), place * size);
  return { values: chosen, labels: Int32Array.from(indices, (index) => labels[index] ?? 0), size };
}

import { meanOf, type Values } from './moments.js';
import type { NumberInParts } from './probe-figures.js';

/** Training and test vectors, whatever is read from them. */
export interface UnlabelledData {
  readonly train: Values;
  readonly test: Values;
}

/** Vectors with the class of each: labels [examples]. */
export interface Vectors extends Values {
  readonly labels: Int32Array;
}

/** Training and test vectors of a probe. */
export interface ProbeData {
  readonly train: Vectors;
  readonly test: Vectors;
  readonly classes: number;
  /** Null: the classes are no parts of a number. */
  readonly number: NumberInParts | null;
}

/** How a probe of any kind is trained: from this seed, with classes that weigh alike or as many as they are. */
export interface ProbeTraining {
  readonly seed: number;
  readonly balanced: boolean;
}

/**
 * A dimension that deviates less among the training vectors counts as constant and is left out: divided by next to nothing, a
 * pixel that is black in all of training and lit once in the test would outweigh everything else.
 */
const LEAST_DEVIATION = 1e-6;

/** Brings every dimension to mean 0 and deviation 1 of the training vectors, so that information in a small dimension is found too. */
export function standardise<Both extends UnlabelledData>(data: Both): Both {
  const { train, test } = data;
  const { size } = train;
  const examples = train.values.length / size;
  const mean = meanOf(train);
  const deviation = new Float64Array(size);
  const { values } = train;
  for (let first = 0; first < values.length; first += size) {
    for (let place = 0; place < size; place += 1) {
      const distance = (values[first + place] as number) - (mean[place] as number);
      deviation[place] = (deviation[place] as number) + (distance * distance) / examples;
    }
  }
  const factor = deviation.map((square) => (Math.sqrt(square) < LEAST_DEVIATION ? 0 : 1 / Math.sqrt(square)));
  const scaled = <Part extends Values>(vectors: Part): Part => {
    const scaledValues = new Float32Array(vectors.values.length);
    for (let first = 0; first < scaledValues.length; first += size) {
      for (let place = 0; place < size; place += 1) {
        scaledValues[first + place] = ((vectors.values[first + place] as number) - (mean[place] as number)) * (factor[place] as number);
      }
    }
    return { ...vectors, values: scaledValues };
  };
  return { ...data, train: scaled(train), test: scaled(test) };
}

/**
 * Weights of the classes with which all of them weigh alike, and the training examples 1 in the mean; without balancing 1 each. A class
 * without examples has 1.
 */
export function classWeights(labels: Int32Array, classes: number, isBalanced: boolean): Float64Array {
  if (!isBalanced) return new Float64Array(classes).fill(1);
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const present = counts.reduce((sum, count) => sum + Math.min(1, count), 0);
  return counts.map((count) => (count === 0 ? 1 : labels.length / (present * count)));
}

/** The chosen vectors, in that order. */
export function choose({ values, size }: Values, indices: Uint32Array): Values {
  const chosen = new Float32Array(indices.length * size);
  for (const [place, index] of indices.entries()) chosen.set(values.subarray(index * size, (index + 1) * size), place * size);
  return { values: chosen, size };
}

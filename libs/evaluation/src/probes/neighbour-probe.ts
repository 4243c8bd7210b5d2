import { BatchStream } from '@lethe/data';
import type { Engine } from '@lethe/tensorflow';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { classWeights, type ProbeData, type ProbeTraining, type Vectors } from './probe-data.js';

/** Neighbours that vote. */
const NEIGHBOURS = 15;
/** Share of the training vectors that is kept. Each seed leaves other vectors out: without that all seeds would have one result. */
const SHARE = 0.9;
/** Neighbours that are looked for, so that hardly ever more than `FOUND - NEIGHBOURS` of them are left out by a seed. */
const FOUND = 40;
const COMPARED_AT_ONCE = 100;
/** Bounds the comparisons, since pixels cost a hundred times as much as latents: fewer test vectors are compared then. */
const MOST_VALUES_COMPARED = 1.5e12;

/** What was found for training and test vectors, by their values: the search is the same for every seed and for shuffled labels. */
const searches = new WeakMap<Float32Array, WeakMap<Float32Array, Promise<Uint32Array>>>();

/**
 * The 15 nearest training vectors vote on each test vector's label.
 *
 * @returns log-probabilities, float32 [test examples, classes], of (votes + 1/K) / (sum of votes + 1); of the first test vectors
 * only, where there are too many values to compare
 */
export async function neighbourProbe(
  engine: Engine, { train, test, classes }: ProbeData, { seed, balanced }: ProbeTraining,
): Promise<Float32Array> {
  const all = Uint32Array.from(train.labels.keys());
  const kept = Math.max(1, Math.floor(all.length * SHARE));
  const isKept = new Uint8Array(all.length);
  for (const index of new BatchStream({ training: all, batchSize: kept, seed }).round(0)) isKept[index] = 1;
  const weights = classWeights(train.labels.filter((_, index) => isKept[index] === 1), classes, balanced);
  const looked = Math.min(FOUND, all.length);
  const nearest = await nearestOf(engine, train, test);
  const examples = nearest.length / looked;
  const result = new Float32Array(examples * classes);
  for (let example = 0; example < examples; example += 1) {
    const candidates = nearest.subarray(example * looked, (example + 1) * looked).filter((index) => isKept[index] === 1);
    result.set(votes(candidates.subarray(0, NEIGHBOURS), train.labels, weights), example * classes);
  }
  return result;
}

function nearestOf(engine: Engine, train: Vectors, test: Vectors): Promise<Uint32Array> {
  const ofTrain = searches.get(train.values) ?? new WeakMap<Float32Array, Promise<Uint32Array>>();
  searches.set(train.values, ofTrain);
  const search = ofTrain.get(test.values) ?? findNearest(engine, train, test);
  ofTrain.set(test.values, search);
  // One that failed says nothing about the next.
  search.catch(() => { if (ofTrain.get(test.values) === search) ofTrain.delete(test.values); });
  return search;
}

/** Indices of the nearest training vectors of each test vector, the nearest first: [test examples, at most FOUND]. */
async function findNearest(engine: Engine, train: Vectors, test: Vectors): Promise<Uint32Array> {
  const count = train.labels.length;
  const looked = Math.min(FOUND, count);
  const examples = Math.min(test.labels.length, Math.max(COMPARED_AT_ONCE, Math.floor(MOST_VALUES_COMPARED / (count * test.size))));
  const squares = squaresOf(train);
  const { operations } = engine;
  const step = await engine.compile(`neighbours-${test.size}`, (inputs) => ({
    // Squared distances without the square of the test vector itself, which changes no order.
    distances: operations.sub(inputs.squares, operations.scale(operations.matMul(inputs.test, inputs.transposed), 2)),
  }), {
    squares: { type: 'float32', shape: [1, count] }, transposed: { type: 'float32', shape: [test.size, count] },
    test: { type: 'float32', shape: [COMPARED_AT_ONCE, test.size] },
  });
  const result = new Uint32Array(examples * looked);
  try {
    const transposed = transpose(train);
    for (let first = 0; first < examples; first += COMPARED_AT_ONCE) {
      const part = new Float32Array(COMPARED_AT_ONCE * test.size);
      part.set(test.values.subarray(first * test.size, (first + COMPARED_AT_ONCE) * test.size));
      await yieldToEventLoop();
      const { distances } = step.run({ squares, transposed, test: part });
      for (let example = first; example < Math.min(examples, first + COMPARED_AT_ONCE); example += 1) {
        const row = distances.subarray((example - first) * count, (example - first + 1) * count);
        fillNearest(result.subarray(example * looked, (example + 1) * looked), row);
      }
    }
  } finally {
    step.dispose();
  }
  return result;
}

/** The indices of the least distances, in their order; of two that are equal the first comes first. */
function fillNearest(nearest: Uint32Array, distances: Float32Array): void {
  const last = nearest.length - 1;
  let farthest = Infinity;
  for (let index = 0; index < distances.length; index += 1) {
    const distance = distances[index] as number;
    if (distance >= farthest && index > last) continue;
    let place = Math.min(index, last);
    while (place > 0 && (distances[nearest[place - 1] as number] as number) > distance) {
      nearest[place] = nearest[place - 1] as number;
      place -= 1;
    }
    nearest[place] = index;
    if (index >= last) farthest = distances[nearest[last] as number] as number;
  }
}

/** Log-probabilities of the classes, from the votes of neighbours that weigh as much as their class. `weights`: [classes]. */
function votes(neighbours: Uint32Array, labels: Int32Array, weights: Float64Array): Float32Array {
  const counts = new Float32Array(weights.length).fill(1 / weights.length);
  let sum = 1;
  for (const index of neighbours) {
    const label = labels[index] ?? 0;
    counts[label] = (counts[label] ?? 0) + (weights[label] ?? 0);
    sum += weights[label] ?? 0;
  }
  return counts.map((count) => Math.log(count / sum));
}

/** The squared length of each vector. */
function squaresOf({ values, size, labels }: Vectors): Float32Array {
  const squares = new Float32Array(labels.length);
  for (let example = 0; example < labels.length; example += 1) {
    let sum = 0;
    for (let at = example * size; at < (example + 1) * size; at += 1) sum += (values[at] as number) ** 2;
    squares[example] = sum;
  }
  return squares;
}

function transpose({ values, size }: Vectors): Float32Array {
  const examples = values.length / size;
  const transposed = new Float32Array(values.length);
  for (let example = 0; example < examples; example += 1) {
    for (let dimension = 0; dimension < size; dimension += 1)
      transposed[dimension * examples + example] = values[example * size + dimension] as number;
  }
  return transposed;
}

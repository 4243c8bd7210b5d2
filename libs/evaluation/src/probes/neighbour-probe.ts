import { BatchStream } from '@lethe/data';
import type { Engine } from '@lethe/tensorflow';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { choose, type ProbeData, type Vectors } from './probe-data.js';

/** Neighbours that vote. */
const NEIGHBOURS = 15;
/** Share of the training vectors that is kept. Each seed leaves other vectors out: without that all seeds would have one result. */
const SHARE = 0.9;
const COMPARED_AT_ONCE = 100;
/** Bounds the comparisons, since pixels cost a hundred times as much as latents: fewer test vectors are compared then. */
const MOST_VALUES_COMPARED = 1.5e12;

/**
 * The 15 nearest training vectors vote on each test vector's label.
 *
 * @returns log-probabilities, float32 [test examples, classes], of (votes + 1/K) / 16; of the first test vectors only, where there
 * are too many values to compare
 */
export async function neighbourProbe(engine: Engine, { train: all, test, classes }: ProbeData, seed: number): Promise<Float32Array> {
  const kept = Math.max(1, Math.floor(all.labels.length * SHARE));
  const train = choose(all, new BatchStream({ training: Uint32Array.from(all.labels.keys()), batchSize: kept, seed }).round(0));
  const examples = Math.min(test.labels.length, Math.max(COMPARED_AT_ONCE, Math.floor(MOST_VALUES_COMPARED / (kept * test.size))));
  const squares = Float32Array.from({ length: kept }, (_, index) =>
    train.values.subarray(index * train.size, (index + 1) * train.size).reduce((sum, value) => sum + value * value, 0),
  );
  const { operations } = engine;
  const step = await engine.compile(`neighbours-${test.size}`, (inputs) => ({
    // Squared distances without the square of the test vector itself, which changes no order.
    distances: operations.sub(inputs.squares, operations.scale(operations.matMul(inputs.test, inputs.transposed), 2)),
  }), {
    squares: { type: 'float32', shape: [1, kept] }, transposed: { type: 'float32', shape: [test.size, kept] },
    test: { type: 'float32', shape: [COMPARED_AT_ONCE, test.size] },
  });
  const result = new Float32Array(examples * classes);
  try {
    const transposed = transpose(train);
    for (let first = 0; first < examples; first += COMPARED_AT_ONCE) {
      const part = new Float32Array(COMPARED_AT_ONCE * test.size);
      part.set(test.values.subarray(first * test.size, (first + COMPARED_AT_ONCE) * test.size));
      await yieldToEventLoop();
      const { distances } = step.run({ squares, transposed, test: part });
      for (let example = first; example < Math.min(examples, first + COMPARED_AT_ONCE); example += 1) {
        const row = distances.subarray((example - first) * kept, (example - first + 1) * kept);
        result.set(votes(row, train.labels, classes), example * classes);
      }
    }
  } finally {
    step.dispose();
  }
  return result;
}

function votes(distances: Float32Array, labels: Int32Array, classes: number): Float32Array {
  const nearest: number[] = [];
  let farthest = Infinity;
  for (let index = 0; index < distances.length; index += 1) {
    const distance = distances[index] as number;
    if (distance >= farthest && nearest.length === NEIGHBOURS) continue;
    let place = nearest.length;
    while (place > 0 && (distances[nearest[place - 1] as number] as number) > distance) place -= 1;
    nearest.splice(place, 0, index);
    if (nearest.length > NEIGHBOURS) nearest.pop();
    farthest = distances[nearest[nearest.length - 1] as number] as number;
  }
  const counts = new Float32Array(classes).fill(1 / classes);
  for (const index of nearest) counts[labels[index] ?? 0] = (counts[labels[index] ?? 0] ?? 0) + 1;
  return counts.map((count) => Math.log(count / (nearest.length + 1)));
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

import { entryOf } from '@lethe/errors';
import { describe, expect, it } from 'vitest';
import { adamUpdate, type AdamStep } from './adam.js';
import { SMALLEST_NORMAL } from './flush-subnormal.js';
import { allocateVector, freeVector } from './kernel-memory.js';
import type { OptimizerBuffers, RangeUpdate } from './update-rule.js';

const { fround, sqrt, abs } = Math;

const STEP: AdamStep = {
  firstWeight: fround(0.1),
  beta2: fround(0.999),
  secondWeight: fround(0.001),
  stepSize: fround(0.01),
  secondCorrectionRoot: fround(0.03),
  epsilon: fround(1e-8),
};

/** One step of Adam in plain TypeScript: what the WebAssembly kernel must equal to the bit. */
function adamReference({ from, to, gradient, gradientScale, state }: RangeUpdate, step: AdamStep): void {
  const { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon } = step;
  const values = state.values.subarray(from, to);
  const first = entryOf(state.slots, 'firstMoment', 'the state').subarray(from, to);
  const second = entryOf(state.slots, 'secondMoment', 'the state').subarray(from, to);
  // `as number`, not a default: a loop that V8 knows to stay in bounds runs several times as fast.
  for (let index = 0; index < values.length; index += 1) {
    const slope = fround((gradient[index] as number) * gradientScale);
    const oldFirst = first[index] as number;
    const m = fround(oldFirst + fround(firstWeight * fround(slope - oldFirst)));
    const v = fround(fround(beta2 * (second[index] as number)) + fround(fround(secondWeight * slope) * slope));
    const keptM = abs(m) < SMALLEST_NORMAL ? 0 : m;
    const keptV = v < SMALLEST_NORMAL ? 0 : v;
    const denominator = fround(fround(fround(sqrt(keptV)) / secondCorrectionRoot) + epsilon);
    const value = fround((values[index] as number) - fround(fround(stepSize * keptM) / denominator));
    first[index] = keptM;
    second[index] = keptV;
    values[index] = abs(value) < SMALLEST_NORMAL ? 0 : value;
  }
}

/** Numbers of every size, subnormal results and zeros of both signs included. */
function numbers(seed: number, length: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    const sign = state % 2 === 0 ? 1 : -1;
    return state % 11 === 0 ? 0 * sign : sign * 10 ** ((state % 70) - 42) * (1 + (state % 1000) / 1000);
  });
}

function buffers(seed: number, length: number): OptimizerBuffers {
  const slots = { firstMoment: numbers(seed + 1, length), secondMoment: numbers(seed + 2, length).map(Math.abs) };
  return { values: numbers(seed, length), slots };
}

function bytes({ values, slots }: OptimizerBuffers): Buffer {
  return Buffer.concat([values, ...Object.values(slots)].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
}

describe('the WebAssembly kernel of Adam', () => {
  it.each([[0, 1], [3, 10], [5, 1003], [7, 262_144], [1, 600_001]])('has the bits of the reference from %i to %i', (from, to) => {
    const gradient = numbers(99, to - from);
    const [found, expected] = [buffers(7, to + 2), buffers(7, to + 2)];
    adamUpdate({ from, to, gradient, gradientScale: 0.25, state: found }, STEP);
    adamReference({ from, to, gradient, gradientScale: 0.25, state: expected }, STEP);
    expect(bytes(found).equals(bytes(expected))).toBe(true);
  });

  it.each([
    [0, 1],
    [3, 10],
    [5, 1003],
    [1, 600_001],
  ])('has them in the memory of the kernels too, from %i to %i, and leaves the rest alone', (from, to) => {
    const expected = buffers(7, to + 2);
    const vectors = [expected.values, ...Object.values(expected.slots)].map((vector) => {
      const copy = allocateVector(vector.length);
      copy.set(vector);
      return copy;
    });
    const [values, firstMoment, secondMoment] = vectors as [Float32Array, Float32Array, Float32Array];
    const update = { from, to, gradient: numbers(99, to - from), gradientScale: 0.25 };
    adamUpdate({ ...update, state: { values, slots: { firstMoment, secondMoment } } }, STEP);
    adamReference({ ...update, state: expected }, STEP);
    expect(bytes({ values, slots: { firstMoment, secondMoment } }).equals(bytes(expected))).toBe(true);
    for (const vector of vectors) freeVector(vector);
  });
});

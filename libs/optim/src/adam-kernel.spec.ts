import { describe, expect, it } from 'vitest';
import { adamUpdate } from './adam-kernel.js';
import { adamReference } from './adam-reference.js';
import { freeVector, allocateVector } from './kernel-memory.js';
import type { AdamStep } from './adam.js';
import type { OptimizerBuffers } from './update-rule.js';

const STEP: AdamStep = { firstWeight: Math.fround(0.1), beta2: Math.fround(0.999), secondWeight: Math.fround(0.001), stepSize: Math.fround(0.01), secondCorrectionRoot: Math.fround(0.03), epsilon: Math.fround(1e-8) };

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
  return { values: numbers(seed, length), slots: { firstMoment: numbers(seed + 1, length), secondMoment: numbers(seed + 2, length).map(Math.abs) } };
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

  it.each([[0, 1], [3, 10], [5, 1003], [1, 600_001]])('has them in its own memory too, from %i to %i, and leaves the rest alone', (from, to) => {
    const expected = buffers(7, to + 2);
    const vectors = [expected.values, ...Object.values(expected.slots)].map((vector) => {
      const taken = allocateVector(vector.length);
      taken.set(vector);
      return taken;
    });
    const [values, firstMoment, secondMoment] = vectors as [Float32Array, Float32Array, Float32Array];
    const update = { from, to, gradient: numbers(99, to - from), gradientScale: 0.25 };
    adamUpdate({ ...update, state: { values, slots: { firstMoment, secondMoment } } }, STEP);
    adamReference({ ...update, state: expected }, STEP);
    expect(bytes({ values, slots: { firstMoment, secondMoment } }).equals(bytes(expected))).toBe(true);
    for (const vector of vectors) freeVector(vector);
  });
});

import { adam } from '../generated/kernels.js';
import type { AdamStep } from './adam.js';
import { CAPACITY, firstScratch, gradientScratch, secondScratch, valuesScratch } from './kernel-scratch.js';
import { named } from './named.js';
import type { RangeUpdate } from './update-rule.js';

/**
 * One step of Adam, four elements at a time (WebAssembly SIMD), bit-equal to `adamReference`. Pieces that fit the
 * processor's cache are copied in and out, which costs far less than the arithmetic saves.
 */
export function adamUpdate({ from, to, gradient, gradientScale, current, next }: RangeUpdate, step: AdamStep): void {
  const { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon } = step;
  const first = named(current.slots, 'firstMoment');
  const second = named(current.slots, 'secondMoment');
  const nextFirst = named(next.slots, 'firstMoment');
  const nextSecond = named(next.slots, 'secondMoment');
  for (let start = from; start < to; start += CAPACITY) {
    const end = Math.min(to, start + CAPACITY);
    const length = end - start;
    gradientScratch.set(gradient.subarray(start - from, end - from));
    valuesScratch.set(current.values.subarray(start, end));
    firstScratch.set(first.subarray(start, end));
    secondScratch.set(second.subarray(start, end));
    // Up to three elements behind the last are computed with it: leftovers of the scratch, read by nobody.
    adam(length, gradientScale, firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon);
    next.values.set(valuesScratch.subarray(0, length), start);
    nextFirst.set(firstScratch.subarray(0, length), start);
    nextSecond.set(secondScratch.subarray(0, length), start);
  }
}

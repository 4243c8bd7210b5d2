import { adam } from '../generated/kernels.js';
import type { AdamStep } from './adam.js';
import { forPieces, stage } from './kernel-memory.js';
import { named } from './named.js';
import type { RangeUpdate } from './update-rule.js';

/** One step of Adam, four elements at a time (WebAssembly SIMD), bit-equal to `adamReference`. */
export function adamUpdate({ from, to, gradient, gradientScale, state }: RangeUpdate, step: AdamStep): void {
  const { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon } = step;
  const values = state.values.subarray(from, to);
  const firstMoments = named(state.slots, 'firstMoment').subarray(from, to);
  const secondMoments = named(state.slots, 'secondMoment').subarray(from, to);
  forPieces(to - from, (start, end) => {
    const slope = stage(gradient.subarray(start, end), 0);
    const [value, first, second] = [stage(values.subarray(start, end), 1), stage(firstMoments.subarray(start, end), 2), stage(secondMoments.subarray(start, end), 3)];
    adam(slope.pointer, value.pointer, first.pointer, second.pointer, end - start, gradientScale, firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon);
    for (const lent of [value, first, second]) lent.restore();
  });
}

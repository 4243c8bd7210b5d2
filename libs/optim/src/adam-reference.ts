import type { AdamStep } from './adam.js';
import { SMALLEST_NORMAL } from './flush-subnormal.js';
import { named } from './named.js';
import type { RangeUpdate } from './update-rule.js';

const { fround, sqrt, abs } = Math;

/** One step of Adam in plain TypeScript: what the WebAssembly kernel must equal to the bit. */
export function adamReference({ from, to, gradient, gradientScale, state }: RangeUpdate, step: AdamStep): void {
  const { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon } = step;
  const values = state.values.subarray(from, to);
  const first = named(state.slots, 'firstMoment').subarray(from, to);
  const second = named(state.slots, 'secondMoment').subarray(from, to);
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

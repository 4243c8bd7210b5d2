import { SMALLEST_NORMAL } from './flush-subnormal.js';
import { named } from './named.js';
import type { RangeUpdate, UpdateRule } from './update-rule.js';

const { fround, sqrt, abs } = Math;

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Float32 constants of one commit. */
interface AdamStep {
  readonly firstWeight: number;
  readonly beta2: number;
  readonly secondWeight: number;
  /** rate / (1 - beta1^t) */
  readonly stepSize: number;
  /** sqrt(1 - beta2^t) */
  readonly secondCorrectionRoot: number;
  readonly epsilon: number;
}

/**
 * Adam as torch.optim.Adam computes it (single-tensor form, no weight decay, no AMSGrad):
 * m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g g; p -= rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon).
 *
 * The scalars are 1 - beta1^t and 1 - beta2^t themselves, c' = c + (1 - beta) (1 - c): near the start beta^t is so close to
 * 1 that a float32 of it would lose what matters, and a power function would not be the same everywhere.
 */
export function adamRule(options: AdamOptions): UpdateRule {
  const beta2 = fround(options.beta2);
  const firstWeight = fround(1 - fround(options.beta1));
  const secondWeight = fround(1 - beta2);
  const epsilon = fround(options.epsilon);
  return {
    slotNames: ['firstMoment', 'secondMoment'],
    initialScalars: { firstCorrection: 0, secondCorrection: 0 },
    advance: (scalars) => ({
      firstCorrection: towardsOne(named(scalars, 'firstCorrection'), firstWeight),
      secondCorrection: towardsOne(named(scalars, 'secondCorrection'), secondWeight),
    }),
    update: (range, { rate, scalars }) => {
      const stepSize = fround(rate / named(scalars, 'firstCorrection'));
      const secondCorrectionRoot = fround(sqrt(named(scalars, 'secondCorrection')));
      adamUpdate(range, { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon });
    },
  };
}

function towardsOne(correction: number, weight: number): number {
  return fround(correction + fround(weight * fround(1 - correction)));
}

function adamUpdate({ from, to, gradient, gradientScale, current, next }: RangeUpdate, step: AdamStep): void {
  const { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon } = step;
  const values = current.values.subarray(from, to);
  const first = named(current.slots, 'firstMoment').subarray(from, to);
  const second = named(current.slots, 'secondMoment').subarray(from, to);
  const nextValues = next.values.subarray(from, to);
  const nextFirst = named(next.slots, 'firstMoment').subarray(from, to);
  const nextSecond = named(next.slots, 'secondMoment').subarray(from, to);
  for (let index = 0; index < values.length; index += 1) {
    const slope = fround((gradient[index] ?? 0) * gradientScale);
    const oldFirst = first[index] ?? 0;
    const m = fround(oldFirst + fround(firstWeight * fround(slope - oldFirst)));
    const v = fround(fround(beta2 * (second[index] ?? 0)) + fround(fround(secondWeight * slope) * slope));
    const keptM = abs(m) < SMALLEST_NORMAL ? 0 : m;
    const keptV = v < SMALLEST_NORMAL ? 0 : v;
    const denominator = fround(fround(fround(sqrt(keptV)) / secondCorrectionRoot) + epsilon);
    const value = fround((values[index] ?? 0) - fround(fround(stepSize * keptM) / denominator));
    nextFirst[index] = keptM;
    nextSecond[index] = keptV;
    nextValues[index] = abs(value) < SMALLEST_NORMAL ? 0 : value;
  }
}

import { adamUpdate } from './adam-kernel.js';
import { named } from './named.js';
import type { UpdateRule } from './update-rule.js';

const { fround, sqrt } = Math;

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Float32 constants of one commit. */
export interface AdamStep {
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

import { entryOf } from '@lethe/errors';
import { adam } from '../generated/kernels.js';
import { forPieces, stage } from './kernel-memory.js';
import type { RangeUpdate, UpdateRule } from './update-rule.js';

const { fround, sqrt } = Math;

/** Begins the message about a missing slot or scalar. */
const STATE = 'the state of Adam';

interface AdamOptions {
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
      firstCorrection: towardsOne(entryOf(scalars, 'firstCorrection', STATE), firstWeight),
      secondCorrection: towardsOne(entryOf(scalars, 'secondCorrection', STATE), secondWeight),
    }),
    update: (range, { rate, scalars }) => {
      const stepSize = fround(rate / entryOf(scalars, 'firstCorrection', STATE));
      const secondCorrectionRoot = fround(sqrt(entryOf(scalars, 'secondCorrection', STATE)));
      adamUpdate(range, { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon });
    },
  };
}

function towardsOne(correction: number, weight: number): number {
  return fround(correction + fround(weight * fround(1 - correction)));
}

/** One step of Adam, four elements at a time (WebAssembly SIMD). The bits are those of a computation in float32, element by element. */
export function adamUpdate({ from, to, gradient, gradientScale, state }: RangeUpdate, step: AdamStep): void {
  const { firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon } = step;
  const values = state.values.subarray(from, to);
  const firstMoments = entryOf(state.slots, 'firstMoment', STATE).subarray(from, to);
  const secondMoments = entryOf(state.slots, 'secondMoment', STATE).subarray(from, to);
  forPieces(to - from, (start, end) => {
    const slope = stage(gradient.subarray(start, end), 0).pointer;
    const value = stage(values.subarray(start, end), 1);
    const first = stage(firstMoments.subarray(start, end), 2);
    const second = stage(secondMoments.subarray(start, end), 3);
    const [p, m, v] = [value.pointer, first.pointer, second.pointer];
    adam(slope, p, m, v, end - start, gradientScale, firstWeight, beta2, secondWeight, stepSize, secondCorrectionRoot, epsilon);
    for (const staged of [value, first, second]) staged.restore();
  });
}

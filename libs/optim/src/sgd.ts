import { entryOf } from '@lethe/errors';
import { SMALLEST_NORMAL } from './flush-subnormal.js';
import type { RangeUpdate, UpdateRule } from './update-rule.js';

const { fround, abs } = Math;

interface SgdOptions {
  readonly momentum: number;
}

/** Stochastic gradient descent as torch.optim.SGD computes it: b = momentum b + g; p -= rate b (no dampening, no Nesterov). */
export function sgdRule(options: SgdOptions): UpdateRule {
  const momentum = fround(options.momentum);
  return {
    slotNames: momentum === 0 ? [] : ['momentum'],
    initialScalars: {},
    advance: () => ({}),
    update: (range, { rate }) => {
      if (momentum === 0) plainUpdate(range, fround(rate));
      else momentumUpdate(range, fround(rate), momentum);
    },
  };
}

function plainUpdate({ from, to, gradient, gradientScale, state }: RangeUpdate, rate: number): void {
  const values = state.values.subarray(from, to);
  for (let index = 0; index < values.length; index += 1) {
    const slope = fround((gradient[index] ?? 0) * gradientScale);
    const value = fround((values[index] ?? 0) - fround(rate * slope));
    values[index] = abs(value) < SMALLEST_NORMAL ? 0 : value;
  }
}

function momentumUpdate({ from, to, gradient, gradientScale, state }: RangeUpdate, rate: number, momentum: number): void {
  const values = state.values.subarray(from, to);
  const velocity = entryOf(state.slots, 'momentum', 'the state of SGD').subarray(from, to);
  for (let index = 0; index < values.length; index += 1) {
    const slope = fround((gradient[index] ?? 0) * gradientScale);
    const speed = fround(fround(momentum * (velocity[index] ?? 0)) + slope);
    const keptSpeed = abs(speed) < SMALLEST_NORMAL ? 0 : speed;
    const value = fround((values[index] ?? 0) - fround(rate * keptSpeed));
    velocity[index] = keptSpeed;
    values[index] = abs(value) < SMALLEST_NORMAL ? 0 : value;
  }
}

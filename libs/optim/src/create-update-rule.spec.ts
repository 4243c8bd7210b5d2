import type { OptimizerConfig } from '@lethe/config';
import { describe, expect, it } from 'vitest';
import { createUpdateRule } from './create-update-rule.js';
import { SMALLEST_NORMAL } from './flush-subnormal.js';
import type { OptimizerBuffers, UpdateRule } from './update-rule.js';

const schedule = { kind: 'constant', warmupRounds: 0, finalFactor: 1, until: 1 } as const;
const RULES: { name: string; config: OptimizerConfig }[] = [
  { name: 'adam', config: { kind: 'adam', learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, schedule } },
  { name: 'sgd with momentum', config: { kind: 'sgd', learningRate: 1e-2, momentum: 0.9, schedule } },
  { name: 'sgd', config: { kind: 'sgd', learningRate: 1e-2, momentum: 0, schedule } },
];

/** Park-Miller: the same numbers everywhere. */
function numbers(seed: number, length: number, scale = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647 - 0.5) * scale;
  });
}

function buffers(rule: UpdateRule, values: Float32Array): OptimizerBuffers {
  return { values, slots: Object.fromEntries(rule.slotNames.map((name) => [name, new Float32Array(values.length)])) };
}

interface Trained { state: OptimizerBuffers; scalars: Readonly<Record<string, number>> }

/** Runs one commit per gradient, each cut into ranges at the given edges. */
function train(
  rule: UpdateRule,
  start: Float32Array,
  gradients: readonly Float32Array[],
  options: { rate: number; edges?: readonly number[]; scale?: number },
): Trained {
  const edges = options.edges ?? [0, start.length];
  const state = buffers(rule, start.slice());
  let scalars = rule.initialScalars;
  for (const gradient of gradients) {
    scalars = rule.advance(scalars);
    for (const [position, from] of edges.slice(0, -1).entries()) {
      const to = edges[position + 1] ?? from;
      rule.update(
        { from, to, gradient: gradient.subarray(from, to), gradientScale: options.scale ?? 1, state },
        { rate: options.rate, scalars },
      );
    }
  }
  return { state, scalars };
}

describe.each(RULES)('update rule $name', ({ config }) => {
  const rule = createUpdateRule(config);
  const start = numbers(7, 1000);
  const gradients = [1, 2, 3, 4].map((seed) => numbers(seed, 1000, 0.1));

  it('gives the same bits range by range, in any partition, as in one go', () => {
    const whole = train(rule, start, gradients, { rate: 0.01 });
    for (const edges of [[0, 1, 2, 999, 1000], [0, 500, 1000], [0, 333, 334, 1000]]) {
      expect(train(rule, start, gradients, { rate: 0.01, edges })).toEqual(whole);
    }
  });

  it('writes nothing but the range', () => {
    const state = buffers(rule, start.slice());
    rule.update(
      { from: 10, to: 20, gradient: numbers(1, 10), gradientScale: 1, state },
      { rate: 0.01, scalars: rule.advance(rule.initialScalars) },
    );
    expect(state.values.slice(0, 10)).toEqual(start.slice(0, 10));
    expect(state.values.slice(20)).toEqual(start.slice(20));
    for (const slot of Object.values(state.slots)) expect(slot.slice(20)).toEqual(new Float32Array(980));
    expect(state.values.slice(10, 20)).not.toEqual(start.slice(10, 20));
  });

  it('scales a sum over shards like a gradient that was scaled before', () => {
    const scaled = gradients.map((gradient) => gradient.map((value) => value / 4));
    expect(train(rule, start, gradients, { rate: 0.01, scale: 0.25 })).toEqual(train(rule, start, scaled, { rate: 0.01 }));
  });

  it('keeps no subnormal number and no negative zero', () => {
    const tiny = Float32Array.of(1e-38, -1e-38, 1.2e-38, -0, 3e-39, -1e-20, 0);
    const { state } = train(rule, tiny, [tiny.map((value) => value * 0.5), tiny.map((value) => -value), new Float32Array(7)], {
      rate: 0.5,
    });
    for (const kept of [state.values, ...Object.values(state.slots)]) {
      for (const value of kept) {
        expect(value === 0 || Math.abs(value) >= SMALLEST_NORMAL).toBe(true);
        expect(Object.is(value, -0)).toBe(false);
      }
    }
  });

  it('names its state and holds scalars that a float32 keeps', () => {
    const { scalars } = train(rule, start, gradients, { rate: 0.01 });
    expect(Object.keys(scalars)).toEqual(Object.keys(rule.initialScalars));
    for (const value of Object.values(scalars)) expect(Math.fround(value)).toBe(value);
  });
});

/** Written down by torch 2.15 (torch.optim.Adam and SGD, foreach=False, float32) for these parameters and gradients. */
describe('the numbers of PyTorch', () => {
  const start = Float32Array.of(0.5, -0.25, 1.5, 1e-3, -2);
  const gradients = [
    [0.1, -0.2, 0.3, 1e-6, -4],
    [0.05, 0.4, -0.3, 2e-6, 1],
    [-0.15, 0.1, 0, -1e-6, 0.5],
    [0.2, -0.05, 0.7, 3e-6, -0.25],
  ].map((values) => Float32Array.from(values));
  const closeTo = (found: Float32Array | undefined, expected: readonly number[], bound: number): void => {
    expect(found).toHaveLength(expected.length);
    for (const [index, value] of expected.entries()) {
      expect(Math.abs((found?.[index] ?? NaN) - value)).toBeLessThanOrEqual(bound * Math.max(Math.abs(value), 1e-3));
    }
  };
  const adam = (beta1: number, beta2: number, epsilon: number) =>
    createUpdateRule({ kind: 'adam', learningRate: 1, beta1, beta2, epsilon, schedule });
  const sgd = (momentum: number) => createUpdateRule({ kind: 'sgd', learningRate: 1, momentum, schedule });

  it.each([
    { steps: 1, values: [0.49000000953674316, -0.23999999463558197, 1.4900000095367432, -0.008900988847017288, -1.9900000095367432] },
    { steps: 2, values: [0.4806782007217407, -0.243661031126976, 1.4905263185501099, -0.018492158502340317, -1.9853053092956543] },
    { steps: 4, values: [0.47771090269088745, -0.25057119131088257, 1.48613440990448, -0.02930750697851181, -1.979806661605835] },
  ])('Adam, $steps steps', ({ steps, values }) => {
    closeTo(train(adam(0.9, 0.999, 1e-8), start, gradients.slice(0, steps), { rate: 1e-2 }).state.values, values, 3e-7);
  });

  it('the moments of Adam', () => {
    const { slots } = train(adam(0.9, 0.999, 1e-8), start, gradients, { rate: 1e-2 }).state;
    closeTo(
      slots.firstMoment,
      [0.017839999869465828, 0.021820001304149628, 0.06756999343633652, 4.4489999595498375e-7, -0.19060000777244568],
      6e-7,
    );
    // 1 - float32(0.999) is 1.3e-5 off 0.001, here and in the correction alike, so that the update is not.
    closeTo(
      slots.secondMoment,
      [7.494253804907203e-5, 0.00021205030498094857, 0.0006695503834635019, 1.498800913837372e-14, 0.017262300476431847],
      2e-5,
    );
  });

  it('Adam with other betas and epsilon', () => {
    const values = [0.4357489049434662, -0.2544083297252655, 1.4597034454345703, -0.0003045593621209264, -1.9442895650863647];
    closeTo(train(adam(0.8, 0.95, 1e-4), start, gradients, { rate: 3e-2 }).state.values, values, 3e-7);
  });

  it('SGD with momentum', () => {
    const { values, slots } = train(sgd(0.9), start, gradients, { rate: 1e-2 }).state;
    closeTo(values, [0.4960560202598572, -0.25536200404167175, 1.4908130168914795, 0.0009999005123972893, -1.8965400457382202], 2e-7);
    closeTo(
      slots.momentum,
      [0.17839999496936798, 0.21820001304149628, 0.6757000088691711, 4.448999789019581e-6, -1.9059998989105225],
      2e-7,
    );
  });

  it('SGD without momentum', () => {
    const values = [0.49799999594688416, -0.2524999976158142, 1.4930000305175781, 0.0009999499889090657, -1.972499966621399];
    closeTo(train(sgd(0), start, gradients, { rate: 1e-2 }).state.values, values, 2e-7);
  });

  it('Adam over thousands of steps stays with a float64 computation', () => {
    const [beta1, beta2, epsilon, rate] = [0.9, 0.999, 1e-8, 1e-3];
    let [m, v, p] = [0, 0, 0.5];
    const slopes: Float32Array[] = [];
    for (let t = 1; t <= 3000; t += 1) {
      const g = Math.fround(0.01 * (1 + (t % 7)) - 0.03);
      slopes.push(Float32Array.of(g));
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      p -= ((rate / (1 - beta1 ** t)) * m) / (Math.sqrt(v) / Math.sqrt(1 - beta2 ** t) + epsilon);
    }
    closeTo(train(adam(beta1, beta2, epsilon), Float32Array.of(0.5), slopes, { rate }).state.values, [p], 2e-4);
  });
});

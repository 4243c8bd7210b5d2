import { loadEngine, type Engine } from '@lethe/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { HIDING_LOSSES, type HidingName } from './hiding.js';

const CLASSES = 4;
let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

/** The loss, and its gradient by the adversary's logits [examples, classes], for the label 0. */
async function hide(name: HidingName, logits: readonly (readonly number[])[]): Promise<{ loss: number; gradient: Float32Array }> {
  const { operations } = engine;
  const tensors = engine.tf.memory().numTensors;
  const step = await engine.compile(
    `hide-${name}`,
    (inputs) => {
      const {
        loss,
        gradients: [gradient],
      } = operations.gradients(
        ([variable]) => ({
          loss: HIDING_LOSSES[name]({
            operations, logProbabilities: operations.logSoftmax(variable!), labels: inputs.labels,
            attribute: 'label', counted: null, chance: operations.constant([Math.log(CLASSES)], []),
          }),
        }),
        [inputs.logits],
      );
      return { loss, gradient: gradient! };
    },
    { logits: { type: 'float32', shape: [logits.length, CLASSES] }, labels: { type: 'float32', shape: [logits.length, CLASSES] } },
  );
  const { loss, gradient } = step.run({
    logits: Float32Array.from(logits.flat()),
    labels: Float32Array.from(logits.flatMap(() => [1, 0, 0, 0])),
  });
  step.dispose();
  expect(engine.tf.memory().numTensors).toBe(tensors);
  return { loss: loss[0]!, gradient };
}

const CHANCE = [0, 0, 0, 0];
const RIGHT = [9, 0, 0, 0];
const WRONG = [-9, 0, 0, 0];
const SURELY_ANOTHER = [0, 9, 0, 0];
const NAMES = Object.keys(HIDING_LOSSES) as HidingName[];
const ofOne = (values: readonly number[]): number =>
  -Math.log(Math.exp(values[0]!) / values.reduce((sum, value) => sum + Math.exp(value), 0));

describe('hiding a label', () => {
  it.each(NAMES)('by %s is worth more at chance than where the adversary is right, and pushes from there towards chance', async (name) => {
    const chance = await hide(name, [CHANCE]);
    const right = await hide(name, [RIGHT]);
    expect(chance.loss).toBeLessThan(right.loss - 0.5);
    // Descending lowers the logit of the label.
    expect((await hide(name, [[3, 0, 0, 0]])).gradient[0]).toBeGreaterThan(0);
  });

  it('is the mean over the examples of what is defined', async () => {
    const logits = [RIGHT, [1, 0.5, 0, -0.5], WRONG];
    const nll = logits.map(ofOne);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const probabilities = logits.map((row) => row.map((value) => Math.exp(value) / row.reduce((sum, other) => sum + Math.exp(other), 0)));
    const expected: Record<HidingName, number> = {
      'negative-likelihood': -mean(nll),
      'capped-likelihood': -mean(nll.map((value) => Math.min(value, Math.log(CLASSES)))),
      'up-to-chance': Math.max(0, Math.log(CLASSES) - mean(nll)),
      'uniform-target': -mean(probabilities.flat().map(Math.log)) - Math.log(CLASSES),
      'negative-entropy': mean(probabilities.map((row) => row.reduce((sum, p) => sum + p * Math.log(p), 0))),
      'wrong-label': -mean(nll.map((value) => Math.log(1 - Math.exp(-value)))),
    };
    for (const name of NAMES) expect((await hide(name, logits)).loss, name).toBeCloseTo(expected[name], 3);
  });

  it('has no bound in the article only: being wrong for certain is worth no more than chance, or even less', async () => {
    for (const name of NAMES) {
      const gain = (await hide(name, [CHANCE])).loss - (await hide(name, [WRONG])).loss;
      if (name === 'negative-likelihood') expect(gain).toBeGreaterThan(5);
      else expect(gain, name).toBeLessThan(0.3);
    }
  });

  it('by a wrong label pushes where the adversary is certain too, as the cross-entropy to another label does', async () => {
    // The label's logit is 40 above the others': 1 - p(label) is 0 in float32.
    const { loss, gradient } = await hide('wrong-label', [[40, 0, -100, -100]]);
    expect(loss).toBeCloseTo(40, 4);
    expect([...gradient].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([1, -1, 0, 0]);
  });

  it('beyond chance is without a push if it is capped, and back towards chance by entropy and uniform target', async () => {
    for (const name of ['capped-likelihood', 'up-to-chance'] as const)
      expect((await hide(name, [WRONG])).gradient.every((value) => value === 0), name).toBe(true);
    for (const name of ['uniform-target', 'negative-entropy'] as const)
      expect((await hide(name, [SURELY_ANOTHER])).gradient[1], name).toBeGreaterThan(0);
  });
});

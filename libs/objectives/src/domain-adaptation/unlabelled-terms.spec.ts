import { loadEngine, type Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { countedMean } from '../losses.js';
import { classConfusion, entropy, pseudoLabelLoss, type Predictions } from './unlabelled-terms.js';

let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

/** A term of three examples' logits of three classes, and its gradient by them. */
async function term(
  logits: readonly number[],
  counted: readonly number[],
  compute: (predictions: Predictions) => Tensor,
): Promise<{ value: number; gradient: number[] }> {
  const { operations } = engine;
  const tensors = engine.tf.memory().numTensors;
  const step = await engine.compile('term', (inputs) => {
    const { loss, gradients: [gradient] } = operations.gradients(([variable]) => ({
      loss: compute({ operations, logProbabilities: operations.logSoftmax(variable as Tensor), counted: inputs.counted }),
    }), [inputs.logits]);
    return { loss, gradient: gradient as Tensor };
  }, { logits: { type: 'float32', shape: [3, 3] }, counted: { type: 'float32', shape: [3] } });
  const { loss, gradient } = step.run({ logits: Float32Array.from(logits), counted: Float32Array.from(counted) });
  step.dispose();
  expect(engine.tf.memory().numTensors).toBe(tensors);
  return { value: loss[0] ?? Number.NaN, gradient: [...gradient] };
}

const softmax = (row: readonly number[]): number[] => {
  const powers = row.map((value) => Math.exp(value));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
};
const LOGITS = [2, -1, 0.5, 0.1, 0.3, -0.2, -3, 4, 1];
const rows = [LOGITS.slice(0, 3), LOGITS.slice(3, 6), LOGITS.slice(6)];
const entropyOf = (row: readonly number[]): number => -softmax(row).reduce((sum, p) => sum + p * Math.log(p), 0);

describe('terms of predictions without a label', () => {
  it('take means over the counted examples alone, and are 0 if none counts', async () => {
    const { value, gradient } = await term(LOGITS, [1, 0, 1], entropy);
    expect(value).toBeCloseTo((entropyOf(rows[0] ?? []) + entropyOf(rows[2] ?? [])) / 2, 5);
    expect(gradient.slice(3, 6)).toEqual([0, 0, 0]);
    expect((await term(LOGITS, [0, 0, 0], entropy)).value).toBe(0);
    expect((await term(LOGITS, [0, 0, 0], (predictions) => classConfusion(predictions, 2))).value).toBe(0);
    expect(
      (
        await term(LOGITS, [0, 1, 0], (predictions) =>
          countedMean(predictions, predictions.operations.sum(predictions.logProbabilities, [1])),
        )
      ).value,
    ).toBeCloseTo(
      softmax(rows[1] ?? []).reduce((sum, p) => sum + Math.log(p), 0),
      4,
    );
  });

  it('find confusion where classes share examples, as the paper defines it', async () => {
    const temperature = 2;
    const tempered = rows.map((row) => softmax(row.map((value) => value / temperature)));
    // The log-probabilities are tempered instead of the logits, which is the same.
    const certainty = tempered.map((row) => 1 + Math.exp(row.reduce((sum, p) => sum + p * Math.log(p), 0)));
    const total = certainty.reduce((sum, value) => sum + value, 0);
    const weights = certainty.map((value) => (3 * value) / total);
    const shared = [0, 1, 2].map((a) =>
      [0, 1, 2].map((b) => tempered.reduce((sum, row, example) => sum + (weights[example] ?? 0) * (row[a] ?? 0) * (row[b] ?? 0), 0)),
    );
    const expected =
      shared.reduce(
        (sum, row, a) => sum + row.reduce((rest, value, b) => rest + (a === b ? 0 : value), 0) / row.reduce((all, value) => all + value, 0),
        0,
      ) / 3;
    expect((await term(LOGITS, [1, 1, 1], (predictions) => classConfusion(predictions, temperature))).value).toBeCloseTo(expected, 5);
    const sure = await term([9, 0, 0, 0, 9, 0, 0, 0, 9], [1, 1, 1], (predictions) => classConfusion(predictions, 1));
    expect(sure.value).toBeLessThan(0.01);
  });

  it('learn from confident predictions for the undistorted examples only', async () => {
    const pseudoLabels = (of: readonly number[]) => (predictions: Predictions): Tensor => pseudoLabelLoss(predictions, {
      undistortedLogProbabilities: predictions.operations.logSoftmax(predictions.operations.constant(of, [3, 3])), threshold: 0.9,
    });
    // Only the second is sure where it is undistorted, and of another class than it seems distorted.
    const taught = await term(LOGITS, [1, 1, 1], pseudoLabels([0, 0, 0, 0, 0, 9, 1, 1, 1]));
    expect(taught.value).toBeCloseTo(-Math.log(softmax(rows[1] ?? [])[2] ?? 0) / 3, 5);
    expect(taught.gradient.map((value) => value !== 0)).toEqual([false, false, false, true, true, true, false, false, false]);
    // Probabilities of the likeliest classes: 0.79, 0.41, 0.95.
    const { value, gradient } = await term(LOGITS, [1, 1, 1], pseudoLabels(LOGITS));
    const likeliest = Math.max(...softmax(rows[2] ?? []));
    expect(value).toBeCloseTo(-Math.log(likeliest) / 3, 5);
    expect(gradient.slice(0, 6).every((value) => value === 0)).toBe(true);
    expect(gradient[7]).toBeCloseTo((likeliest - 1) / 3, 5);
  });
});

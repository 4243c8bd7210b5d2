import { describe, expect, it } from 'vitest';
import { groupTreatment, headAccuracy } from './own-head.js';

/** A head that takes 60 of 100 examples of the first group for the second class, and 40 of 100 of the second group. */
const groups = Uint8Array.from({ length: 200 }, (_, example) => Math.floor(example / 100));
const labels = Uint8Array.from({ length: 200 }, (_, example) => example % 2);
const positive = Array.from({ length: 200 }, (_, example) => example % 100 < (example < 100 ? 60 : 40));
const predictions = {
  labels, classes: 2, logProbabilities: Float32Array.from(positive.flatMap((isPositive) => [0.3, 0.7].map((share) => (
    Math.log(isPositive ? share : 1 - share)
  )))),
};

describe('how a head treats groups', () => {
  it('comes with intervals as wide as the examples are few', async () => {
    const treatment = await groupTreatment('sex', { ...predictions, groups, groupCount: 3 }, ['a', 'b', 'nobody']);
    expect(treatment).toMatchObject({ name: 'sex', examples: 200, demographic_parity: { value: expect.closeTo(0.2, 9) as number } });
    const [low = 0, high = 0] = treatment.demographic_parity?.interval ?? [];
    // The deviation of the difference of two shares of 100 examples each is .069.
    expect(low).toBeGreaterThan(0.02);
    expect(low).toBeLessThan(0.11);
    expect(high).toBeGreaterThan(0.29);
    expect(high).toBeLessThan(0.38);
    expect(treatment.groups.map(({ name, examples }) => [name, examples])).toEqual([['a', 100], ['b', 100]]);
    expect(treatment.groups[0]?.calibration_error.interval).not.toBeNull();
  });

  it('has an accuracy among all that have a label', async () => {
    const { value, interval } = await headAccuracy(predictions);
    expect(value).toBe(0.5);
    expect(interval?.[0]).toBeLessThan(0.47);
    expect(interval?.[1]).toBeGreaterThan(0.53);
  });
});

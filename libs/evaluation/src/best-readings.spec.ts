import { describe, expect, it } from 'vitest';
import { bestReadings, decidingReading, readingOf } from './best-readings.js';
import type { AttributeProbeRow } from './probes/attribute-probe-row.js';

type Figures = AttributeProbeRow['seeds'][number]['figures'];

const figures: Figures = {
  accuracy: 0.6, balanced_accuracy: 0.5, cross_entropy: 0.7, information: 0, auroc: 0.5, r_squared: null, scored: 100,
  accuracy_low: 0.5, accuracy_high: 0.7, balanced_accuracy_low: 0.4, balanced_accuracy_high: 0.6, auroc_low: 0.4, auroc_high: 0.6,
};

function row(probe: AttributeProbeRow['probe'], ...seeds: Partial<Figures>[]): AttributeProbeRow {
  return {
    probe, input: 'latent', labels: 'true', whitened: false, halves: false, given: null,
    seeds: seeds.map((given, seed) => ({ seed, figures: { ...figures, ...given } })),
  };
}

describe('the best of several probes', () => {
  it('is another one by each figure, over its seeds', () => {
    const best = bestReadings([
      row('linear', { auroc: 0.55, accuracy: 0.7 }),
      row('forest', { auroc: 0.6, auroc_low: 0.5, auroc_high: 0.7, scored: 90 }, { auroc: 0.7, auroc_low: 0.6, auroc_high: 0.8 }),
    ]);
    expect(best.auroc).toEqual({
      probe: 'forest', input: 'latent', whitened: false, halves: false, scored: 90, value: expect.closeTo(0.65, 9) as number,
      interval: [expect.closeTo(0.55, 9) as number, expect.closeTo(0.75, 9) as number],
    });
    expect(best.accuracy).toMatchObject({ probe: 'linear', value: 0.7, interval: [0.5, 0.7] });
    // Of two that are alike, the first.
    expect(best.balanced_accuracy?.probe).toBe('linear');
    expect(best.r_squared).toBeNull();
  });

  it('has a figure that is defined and finite for every seed', () => {
    expect(bestReadings([row('mlp', { auroc: Number.NaN }), row('linear', { auroc: 0.5 }, { auroc: null })]).auroc).toBeNull();
    expect(bestReadings([row('mlp', { auroc: Number.NaN }), row('linear', { auroc: 0.2 })]).auroc?.probe).toBe('linear');
    expect(bestReadings([])).toEqual({ auroc: null, balanced_accuracy: null, accuracy: null, r_squared: null });
    expect(readingOf(row('linear', { auroc_low: null }), 'auroc')).toMatchObject({ value: 0.5, interval: null });
  });

  it('decides by what is read among all, or in the class of the label where most is read', () => {
    const attribute = {
      best: bestReadings([row('mlp', { auroc: 0.9 })]),
      given: [
        { class: 'poor', best: bestReadings([row('mlp', { auroc: 0.52 })]) },
        { class: 'rich', best: bestReadings([row('forest', { auroc: 0.56 })]) },
        { class: 'unknown', best: bestReadings([row('linear', { auroc: null })]) },
      ],
    };
    expect(decidingReading(attribute, 'parity')).toMatchObject({ value: 0.9, given: null });
    expect(decidingReading(attribute, 'odds')).toMatchObject({ value: 0.56, probe: 'forest', given: 'rich' });
    expect(decidingReading({ ...attribute, given: [] }, 'odds')).toBeNull();
  });
});

import { bestReadings, type AttributeProbeRow, type AttributesEvaluation } from '@lethe/evaluation';
import { mergeConfig, type RunConfig } from '@lethe/config';
import { formatTable } from '@lethe/telemetry';
import { describe, expect, it } from 'vitest';
import {
  attributeFigureNames, directionNames, isDirection, shownAttributeFigures, weighings, withoutIntervals,
} from './attribute-figures.js';
import { parseEvaluation } from './evaluate-run.js';
import { evaluationEvidence, evaluationFigures } from './evaluation-figures.js';
import { describeMeasures } from './evaluation-lines.js';

interface Read extends Partial<Omit<AttributeProbeRow, 'seeds'>> {
  readonly auroc: number | null;
  readonly accuracy?: number;
  readonly r_squared?: number | null;
}

function rowOf({ auroc, accuracy = 0.7, r_squared = null, ...given }: Read): AttributeProbeRow {
  return {
    probe: 'mlp', input: 'latent', labels: 'true', whitened: false, halves: false, given: null, ...given,
    seeds: [{
      seed: 1,
      figures: {
        accuracy, accuracy_low: accuracy - 0.01, accuracy_high: accuracy + 0.01,
        balanced_accuracy: 0.573, balanced_accuracy_low: 0.56, balanced_accuracy_high: 0.58, cross_entropy: 0.6, information: 0.09,
        auroc, auroc_low: auroc === null ? null : auroc - 0.01, auroc_high: auroc === null ? null : auroc + 0.01,
        r_squared, scored: 15_000,
      },
    }],
  };
}

const best = (read: Read): ReturnType<typeof bestReadings> => bestReadings([rowOf(read)]);
const attribute = { is_number: false, tested: 15_000, chance: 0.667 };
const evaluation: AttributesEvaluation = {
  kind: 'attributes', rounds: 20, latent_size: 4, fairness: 'parity', is_sampled: true,
  examples: { trained: 30_000, held_out: 0, tested: 15_060, shape: { height: 1, width: 1, channels: 100 } },
  forgotten: [{
    ...attribute, name: 'sex', of: ['sex'], categories: ['Female', 'Male'], probes: [rowOf({ auroc: 0.59, probe: 'forest' })],
    best: best({ auroc: 0.59, probe: 'forest' }), raw: best({ auroc: 0.93, input: 'pixels' }),
    kept_alone: best({ auroc: 0.596, input: 'kept', probe: 'linear' }), given: [],
  }],
  kept: [
    {
      ...attribute, name: 'marital status', categories: ['a', 'b'], chance: 0.5, probes: [rowOf({ auroc: 0.8 })],
      best: best({ auroc: 0.8, accuracy: 0.81 }), raw: best({ auroc: 0.9, accuracy: 0.85, input: 'pixels' }),
    },
    {
      ...attribute, name: 'age', is_number: true, categories: ['20', '60'], probes: [], best: best({ auroc: 0.6, r_squared: 0.4 }),
      raw: best({ auroc: null, r_squared: 0.9 }),
    },
  ],
  own_head: {
    attribute: 'marital status', accuracy: { value: 0.82, interval: [0.81, 0.83] },
    treatments: [{
      name: 'sex', examples: 15_000, demographic_parity: { value: 0.12, interval: [0.1, 0.14] },
      equalised_odds: { value: 0.05, interval: [0.03, 0.07] }, groups: [],
    }],
  },
  linear_eraser: {
    forgotten: [{ name: 'sex', probes: [], best: best({ auroc: 0.71, input: 'leace' }), given: [] }],
    kept: [{ name: 'marital status', probes: [], best: best({ auroc: 0.85, accuracy: 0.84, input: 'leace' }), given: [] }],
  },
  reconstruction: { mean: 0.5, of_mean: 1 },
};

describe('the figures of a run that keeps and forgets', () => {
  it('are those of the best probes, with their intervals and what they are compared with', () => {
    expect(evaluationFigures(evaluation)).toMatchObject({
      kept_marital_status_accuracy: 0.81, kept_age_r2: 0.4, forgotten_sex_auroc: 0.59, forgotten_sex_balanced: 0.573,
      forgotten_sex_accuracy: 0.7, parity_gap: 0.12, odds_gap: 0.05, reconstruction_mse: 0.5,
    });
    expect(evaluationEvidence(evaluation)).toMatchObject({
      forgotten_sex_auroc_low: 0.58, parity_gap_high: 0.14, raw_forgotten_sex_auroc: 0.93, alone_forgotten_sex_auroc: 0.596,
      eraser_forgotten_sex_auroc: 0.71, raw_kept_marital_status_accuracy: 0.85, chance_kept_marital_status: 0.5, test_examples: 15_000,
    });
  });

  it('say, under odds, what is read within the class in which most is read', () => {
    const [sex] = evaluation.forgotten;
    if (sex === undefined) throw new TypeError('there is one');
    const raw = best({ auroc: 0.9, input: 'pixels' });
    const given = [{ class: 'a', best: best({ auroc: 0.53 }), raw }, { class: 'b', best: best({ auroc: 0.56 }), raw }];
    const odds: AttributesEvaluation = { ...evaluation, fairness: 'odds', forgotten: [{ ...sex, given }] };
    expect(evaluationFigures(odds)).toMatchObject({ forgotten_sex_auroc: 0.59, forgotten_sex_given_auroc: 0.56 });
    expect(evaluationEvidence(odds)).toMatchObject({ raw_forgotten_sex_auroc: 0.93, raw_forgotten_sex_given_auroc: 0.9 });
  });

  it('have names that the configuration tells before', () => {
    const config = (values: object): RunConfig => mergeConfig(
      { cores: 2, gpus: 0, engine: 'native' },
      [{
        source: 'flags', values: { recipe: 'keep-and-forget', data: { kind: 'table', folder: '/none', ...values } }, label: (path) => path,
      }],
    ).config;
    const names = attributeFigureNames(config({ keep: ['marital status', 'age'], forget: ['sex'] }), []);
    const found = Object.keys(evaluationFigures(evaluation)).filter((name) => name !== 'reconstruction_mse');
    expect(names).toEqual(expect.arrayContaining(found));
    expect(attributeFigureNames(config({ keep: ['a'], forget: ['sex', 'race'] }), [])).toContain('forgotten_sex_x_race_auroc');
  });

  it('of redrawn images have names that the configuration and the values of the data tell before, but for tables', () => {
    const swap = { matrix: [[0.9, 0.7], [0.8, 0.9]], swap: 0.75, rebuilt: 0.9 };
    const to = ['low', 'very high'].map((value, index) => ({
      value, examples: 50, share: [0.8, 0.7][index] ?? 0, interval: [0.6, 0.9] as const, before: 0.1, rebuilt: 0.1,
    }));
    const redrawn = [{
      ...swap, name: 'hat', categories: ['low', 'very high'], tested: 100, judge: { balanced_accuracy: 1, of_each: [1, 1] }, to,
    }];
    const shape = { height: 8, width: 8, channels: 3 };
    const images: AttributesEvaluation = {
      ...evaluation, forgotten: [], kept: [], own_head: null, redrawn, examples: { ...evaluation.examples, shape, values: 'bytes' },
    };
    const found = evaluationFigures(images);
    expect(found).toMatchObject({ swap_hat_to_low: 0.8, swap_hat_to_very_high: 0.7, swap_hat_least: 0.7 });
    expect(found['reconstruction_psnr']).toBeCloseTo(10 * Math.log10(8));
    const config = (kind: string): RunConfig => mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{
      source: 'flags', label: (path) => path,
      values: { recipe: 'keep-and-forget', objective: { rebuild: true }, data: { kind, folder: '/none', forget: ['hat'] } },
    }]).config;
    const directions = directionNames(redrawn);
    expect(directions.every(isDirection)).toBe(true);
    expect(attributeFigureNames(config('images'), directions)).toEqual(expect.arrayContaining(Object.keys(found)));
    expect(attributeFigureNames(config('table'), directions).filter((name) => /swap|psnr/.test(name))).toEqual([]);
    const names = Object.keys({ ...found, ...evaluationEvidence(images) });
    expect(withoutIntervals(names).filter(isDirection)).toEqual(['swap_hat_to_low', 'swap_hat_to_very_high']);
    expect(shownAttributeFigures(names, 'all')).toContain('swap_hat_to_low');
    // Floats are as their reader gives them: nobody knows their range. Without an error there is no ratio.
    for (const other of [
      { examples: { ...images.examples, values: 'floats' as const } }, { reconstruction: { mean: 0, of_mean: 1 } },
    ]) expect(evaluationFigures({ ...images, ...other })).not.toHaveProperty('reconstruction_psnr');
  });

  it('are few in a terminal, and weigh what is kept against what is forgotten', () => {
    const names = Object.keys({ ...evaluationFigures(evaluation), ...evaluationEvidence(evaluation) });
    expect(shownAttributeFigures(names, 'main')).toEqual([
      'kept_marital_status_accuracy', 'kept_age_accuracy', 'kept_age_r2', 'forgotten_sex_auroc', 'parity_gap', 'odds_gap',
    ]);
    expect(shownAttributeFigures(names, 'all')).toContain('forgotten_sex_balanced');
    const sex = { name: 'sex', figure: 'forgotten_sex_auroc' };
    expect(weighings(names)).toMatchObject([{ kept: { figure: 'kept_marital_status_accuracy' }, forgotten: sex }]);
    // A number has an accuracy too, that of its ten parts.
    const ofNumber = names.filter((name) => !name.includes('marital_status'));
    expect(weighings(ofNumber)).toMatchObject([{ kept: { figure: 'kept_age_r2' }, forgotten: sex }]);
    expect(weighings(ofNumber.filter((name) => !name.includes('kept')))).toMatchObject([{ kept: { figure: 'reconstruction_mse' } }]);
    expect(weighings(['probe_best', 'reconstruction_mse'])).toEqual([]);
  });

  it('are read back from JSON, where a figure that is not finite is not one that is not defined', () => {
    const broken = rowOf({ auroc: null, accuracy: Number.NaN });
    const [sex] = evaluation.forgotten;
    if (sex === undefined) throw new TypeError('there is one');
    const written = { ...evaluation, forgotten: [{ ...sex, probes: [broken], best: bestReadings([broken]) }] };
    expect(parseEvaluation(JSON.stringify(written))).toEqual(written);
    expect(written.forgotten[0]?.best.accuracy).toBeNull();
  });
});

describe('the last lines of a run that keeps and forgets', () => {
  it('have a line for each attribute and one for what it is compared with, that fit into 100 columns', () => {
    const { sentences, figures } = describeMeasures(evaluation);
    expect(sentences).toEqual(['Of sex a stranger could read about as much as what is kept alone tells.']);
    expect(figures).toEqual([
      ['sex', 'read with AUROC 0.590 (95 %: 0.580 to 0.600) by a forest'],
      ['', 'balanced 0.573; raw inputs 0.930; what is kept alone 0.596'],
      ['marital status', '81.0 % read right (95 %: 80.0 to 82.0 %) by a perceptron'],
      ['', 'raw inputs 85.0 %; the most frequent alone 50.0 %'],
      ['age', 'R2 0.400 by a perceptron'],
      ['', 'raw inputs 0.900'],
      ["the run's own head", 'marital status: 82.0 % right'],
      ['', 'by sex: parity gap 0.120 (0.100 to 0.140), odds gap 0.050 (0.030 to 0.070)'],
      ['by a linear eraser', 'sex 0.710; marital status 84.0 %'],
      ['reconstruction error', '0.5000 (mean square)'],
      ['', '1.0000 if each were redrawn as the mean of the training examples'],
    ]);
    const table = formatTable(describeMeasures(evaluation).table).join('\n');
    expect(table).toMatch(/sex +forest +features +all +0\.590 +0\.580 to 0\.600 +0\.573 +0\.700 +15,000/);
  });
});

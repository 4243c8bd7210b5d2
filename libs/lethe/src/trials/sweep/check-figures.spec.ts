import { mergeConfig, type RunConfig, type Tree } from '@lethe/config';
import { describe, expect, it } from 'vitest';
import { checkFigures } from './check-figures.js';
import type { PlannedTrial } from '../trial.js';
import { evaluationFigures } from '../../evaluation/evaluation-figures.js';
import { namesOfFinalFigures } from '../trial-figures.js';

function config(values: Tree): RunConfig {
  return mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{ source: 'flags', values, label: (path) => path }]).config;
}

function planned(...settings: readonly Tree[]): PlannedTrial[] {
  return settings.map((values, index) => ({ key: String(index), values: {}, config: config(values) }));
}

const forgetting = planned({}, { seed: 2 });
const hospitals = planned({ recipe: 'hospitals', data: { folder: '/none', domains: { target: 'va', training: 'adaptation' } } });
const best = (figure: string) => ({ best: { figure, better: 'lower' }, halving: null }) as const;
const halving = (figure: string) => ({ best: null, halving: { figure, firstRung: 1, factor: 2, better: 'lower' } }) as const;

describe('the figures that a sweep is asked to go by', () => {
  it('are refused where no trial has them, with those that there are', async () => {
    await expect(checkFigures(forgetting, best('probe_mpl'))).rejects.toThrow(
      /^--best: expected a figure that every trial has \(probe_linear, probe_mlp, .*\), found "probe_mpl" \(did you mean probe_mlp\?\)$/,
    );
    await expect(checkFigures(forgetting, halving('nosuch'))).rejects.toMatchObject({
      message: '--halving: expected a figure that every trial has (held_out/reconstruction_mse, held_out/classifier_loss, '
        + 'held_out/classifier_accuracy), found "nosuch"',
    });
    await expect(checkFigures(hospitals, best('probe_mlp'))).rejects.toThrow(/target_accuracy, target_auroc, label_loss/);
  });

  it('are those of the game, of its evaluation and of held-out examples only where there are any', async () => {
    for (const figure of ['swap', 'held_out/classifier_loss', 'reconstruction_mse', 'epochs', 'wall_seconds'])
      expect(await checkFigures(forgetting, best(figure))).toEqual({ figure, better: 'lower' });
    await expect(checkFigures(planned({}, { evaluation: false }), best('swap'))).rejects.toThrow('--best: expected');
    await expect(checkFigures(planned({ data: { heldOut: 0 } }), halving('held_out/reconstruction_mse'))).rejects.toThrow(
      '--halving: expected held-out examples to have figures of each epoch',
    );
    expect(await checkFigures(hospitals, best('target_auroc'))).toEqual({ figure: 'target_auroc', better: 'lower' });
    // Which populations there are only the data know.
    await expect(checkFigures(hospitals, best('va/label_loss'))).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });

  it('are the usual ones where nothing is said', async () => {
    const nothing = { best: null, halving: null };
    expect(await checkFigures(forgetting, nothing)).toEqual({ figure: 'probe_best', better: 'lower' });
    expect(await checkFigures(planned({ evaluation: false }), nothing)).toEqual({ figure: 'reconstruction_mse', better: 'lower' });
    expect(await checkFigures(hospitals, nothing)).toBeNull();
  });

  it('are none where what is kept is weighed against what is forgotten, unless somebody names one', async () => {
    const data = { kind: 'table', folder: '/none', keep: ['income'], forget: ['sex', 'race'] };
    const weighed = planned({ recipe: 'keep-and-forget', data });
    expect(await checkFigures(weighed, { best: null, halving: null })).toBeNull();
    for (const figure of ['kept_income_accuracy', 'forgotten_sex_x_race_auroc', 'parity_gap'])
      expect(await checkFigures(weighed, best(figure))).toEqual({ figure, better: 'lower' });
    // Which values there are to redraw images with only the data know; rows are not redrawn.
    const redrawn = planned({ recipe: 'keep-and-forget', objective: { rebuild: true }, data: { ...data, kind: 'images' } });
    await expect(checkFigures(redrawn, best('swap_sex_to_Male'))).rejects.toMatchObject({ code: 'DATA_MISSING' });
    await expect(checkFigures(weighed, best('forgotten_sx_auroc'))).rejects.toThrow(/did you mean forgotten_sex_auroc\?/);
  });

  it('have the names that evaluations give', () => {
    const examples = { trained: 1, held_out: 0, tested: 1, shape: { height: 4, width: 4, channels: 1 } };
    const row = (probe: 'linear' | 'mlp' | 'neighbours') =>
      ({
        probe,
        input: 'latent',
        labels: 'true',
        seeds: [{ seed: 1, figures: { accuracy: 0.5, balanced_accuracy: 0.5, cross_entropy: 1, information: 0, auroc: 0.5, scored: 10 } }],
      }) as const;
    const forgotten = evaluationFigures({
      kind: 'forgetting',
      rounds: 1,
      examples,
      latent_size: 2,
      classes: ['a', 'b'],
      chance: 0.5,
      probes: [row('linear'), row('mlp'), row('neighbours')],
      swap: { judge_accuracy: 1, matrix: [], off_diagonal: 0.5, diagonal: 1 },
      reconstruction: { mean: 1, per_class: [] },
      style: { slant_correlation: 1, thickness_correlation: 1 },
    });
    expect(namesOfFinalFigures(config({}), { domains: [], directions: [] })).toEqual(expect.arrayContaining(Object.keys(forgotten)));
    const carried = evaluationFigures({
      kind: 'domain-adaptation',
      rounds: 1,
      examples,
      classes: ['a', 'b'],
      training: 'adaptation',
      seed: 1,
      target: 'va',
      domains: [{
        name: 'va', training_examples: 1, examples: 1, labelled: 1, accuracy: 1, accuracy_interval: [0.2, 1], auroc: 1,
        auroc_interval: [0, 1], unreadable: 0, other_labels: [], confusion: [],
      }],
      scored: null,
      map: [],
    });
    expect(namesOfFinalFigures(hospitals[0]?.config ?? config({}), { domains: ['here', 'va'], directions: [] })).toEqual(
      expect.arrayContaining([...Object.keys(carried), 'va/label_accuracy']),
    );
  });
});

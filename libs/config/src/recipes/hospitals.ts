import { adaptationRecipe, type AdaptationConfig } from '../adaptation-parts.js';
import { plainAdam } from '../recipe-parts.js';
import type { TableConfig } from '../schema/data.js';
import type { Machine } from '../worker-plan.js';

const NUMERIC = ['age', 'trestbps', 'chol', 'thalach', 'oldpeak', 'ca'];
const CATEGORICAL = ['sex', 'cp', 'fbs', 'restecg', 'exang', 'slope', 'thal'];

/** UCI Heart Disease: a table of each hospital, whose name is the domain of its rows. */
export const HEART_DISEASE: TableConfig & { readonly labelColumn: string } = {
  files: ['cleveland', 'hungarian', 'switzerland', 'va'].map((domain) => (
    { file: `heart_disease/processed.${domain}.data`, domain, split: null }
  )),
  names: null,
  domainColumn: null,
  labelColumn: 'target',
  columns: Object.fromEntries([
    ...NUMERIC.map((name) => [name, 'numeric'] as const),
    ...CATEGORICAL.map((name) => [name, 'categorical'] as const),
  ]),
  classes: { healthy: ['0'], disease: ['1', '2', '3', '4'] },
  categories: null,
};

/**
 * One disease in four populations (UCI Heart Disease): learns from three hospitals for the one that `--target` names. The data folder
 * holds `heart_disease` with a table for each hospital.
 *
 * The gain is next to nothing: AUROC changes by 0.01 or 0.02 and accuracy falls (docs/results.md). Half a minute for a seed.
 */
export function recipe(machine: Machine): AdaptationConfig {
  const config = adaptationRecipe(machine, {
    recipe: 'hospitals',
    from: [{ kind: 'table', ...HEART_DISEASE }],
    target: 'va', channels: 1, rounds: 100,
  });
  const adam = plainAdam(3e-3, { kind: 'cosine', warmupRounds: 0, finalFactor: 0, until: 1 });
  return {
    ...config,
    objective: {
      ...config.objective,
      features: { kind: 'table', width: 32, depth: 1, dropout: 0.3, normaliseImages: false, statistics: 'shared' },
      // A small weight: hospitals differ in their share of the sick, and features that hide the hospital must hide that share too.
      alignment: { ...config.objective.alignment, weight: 0.3 },
      unlabelled: { ...config.objective.unlabelled, pseudoLabelWeight: 0 },
      optimizers: { featureExtractor: adam, labelPredictor: adam, domainClassifier: adam },
    },
    checkpoints: { everyEpochs: 100, everyRounds: null, keep: 1 },
    batchSize: 96,
    shards: 1,
  };
}

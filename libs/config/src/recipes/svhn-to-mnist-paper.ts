import { asInThePaper, type AdaptationConfig } from '../adaptation-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as svhnToMnist } from './svhn-to-mnist.js';

/** SVHN to MNIST with Ganin and Lempitsky's large network: slow without a GPU. As in their paper, the rate is not annealed. */
export function recipe(machine: Machine): AdaptationConfig {
  const config = asInThePaper(svhnToMnist(machine), 'svhn-to-mnist-paper', 'paper-svhn');
  const { featureExtractor } = config.objective.optimizers;
  const constant = { ...featureExtractor, schedule: { ...featureExtractor.schedule, kind: 'constant' as const } };
  return {
    ...config,
    data: { ...config.data, imageSize: 32 },
    objective: {
      ...config.objective,
      features: { ...config.objective.features, dropout: 0.5 },
      optimizers: { featureExtractor: constant, labelPredictor: constant, domainClassifier: constant },
    },
  };
}

import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { adaptationNetworks, type AdaptationNetworks, type AdaptationShape, type FeatureOptions } from './adaptation/architectures.js';
import { reversalRamp } from './adaptation/schedules.js';
import { classConfusion, countedMean, entropy, pseudoLabelLoss, type Predictions } from './adaptation/unlabelled-terms.js';
import type { LossContext, Objective, PhaseLoss } from './objective.js';
import { required } from './required.js';

export interface DomainAdaptationOptions extends AdaptationShape {
  readonly features: FeatureOptions & { readonly statistics: 'shared' | 'per-domain' };
  readonly alignment: {
    /** Most that the domain classifier's gradient is reversed by. */
    readonly weight: number;
    readonly steepness: number;
    readonly conditional: boolean;
  };
  /** Weights of what is asked of predictions without a label. */
  readonly unlabelled: {
    readonly entropyWeight: number;
    readonly confusionWeight: number;
    readonly confusionTemperature: number;
    readonly pseudoLabelWeight: number;
    readonly pseudoLabelThreshold: number;
  };
  /** False: the labels alone are learnt, as the comparison wants it. */
  readonly adapts: boolean;
  readonly totalRounds: number;
}

/**
 * Carries a model to data without labels. The label predictor learns from the labelled examples; the domain classifier learns,
 * at full strength, which population every example's features are from, and its gradient is turned round on its way into the
 * feature extractor. Any number of domains, each with labels or without.
 *
 * @see Ganin et al., Domain-Adversarial Training of Neural Networks (JMLR 2016), equation 12 and figure 1
 */
export function domainAdaptationObjective(options: DomainAdaptationOptions): Objective {
  const {
    features: { statistics },
    alignment,
    domains,
    adapts,
    totalRounds,
  } = options;
  const game = adaptationNetworks({
    ...options,
    conditional: alignment.conditional,
    statisticsOf: adapts && statistics === 'per-domain' ? domains : null,
  });
  const { features, labelPredictor, domainClassifier } = game;
  return {
    name: 'domain-adaptation',
    groups: [{ name: 'networks', networks: [features.network, labelPredictor, ...(adapts ? [domainClassifier] : [])] }],
    phases: [{
      name: 'adaptation',
      trains: 'networks',
      reads: ['networks'],
      innerSteps: 1,
      losses: adapts ? ['label_loss', 'domain_loss', 'domain_accuracy'] : ['label_loss'],
      loss: (context) => (adapts ? adaptationLoss(game, options, context) : labelLoss(game, context)),
    }],
    deployed: ['featureExtractor', 'labelPredictor'],
    freshStarts: [],
    scalars: (round) => {
      const ramp = reversalRamp(totalRounds > 1 ? Math.min(1, round / (totalRounds - 1)) : 1, alignment.steepness);
      return { reversal: alignment.weight * ramp, unlabelled: ramp };
    },
    figures: ['label_loss', 'label_accuracy'],
    score: (context) => {
      const { operations, batch } = context;
      const { logProbabilities } = predict(game, context);
      return {
        label_loss: operations.neg(operations.sum(operations.mul(logProbabilities, batch.labels), [1])),
        label_accuracy: operations.equal(operations.argMax(logProbabilities), operations.argMax(batch.labels)),
      };
    },
    encode: (context) => extract(game, context),
    encodedSize: features.size,
    redraw: null,
    predict: (context) => predict(game, context).logProbabilities,
  };
}

function extract({ features }: AdaptationNetworks, { networks, batch }: LossContext): Tensor {
  return networks.apply(features.network.name, batch.images, batch.domains);
}

/** Features [examples, size] and log-probabilities [examples, classes]. */
function predict(game: AdaptationNetworks, context: LossContext): { features: Tensor; logProbabilities: Tensor } {
  const features = extract(game, context);
  return { features, logProbabilities: context.networks.apply(game.labelPredictor.name, features) };
}

/** Log-probabilities [examples, classes] of the undistorted examples. */
function predictSteadily({ features, labelPredictor }: AdaptationNetworks, { networks, batch }: LossContext): Tensor {
  return networks.applyDeterministic(
    labelPredictor.name,
    networks.applyDeterministic(features.network.name, batch.undistorted, batch.domains),
  );
}

function labelLoss(game: AdaptationNetworks, context: LossContext): PhaseLoss {
  const loss = labelLikelihood(context, predict(game, context).logProbabilities);
  return { minimised: loss, reported: { label_loss: loss } };
}

/** The label loss, the domain loss behind the reversal, and what is asked of predictions without a label. */
function adaptationLoss(game: AdaptationNetworks, options: DomainAdaptationOptions, context: LossContext): PhaseLoss {
  const { operations, networks, batch, scalars } = context;
  const { features, logProbabilities } = predict(game, context);
  const label = labelLikelihood(context, logProbabilities);
  const read = options.alignment.conditional ? timesClasses(operations, features, logProbabilities) : features;
  const verdict = networks.apply(game.domainClassifier.name, operations.reverseGradient(read, required(scalars, 'reversal')));
  const domain = operations.neg(operations.mean(operations.sum(operations.mul(verdict, batch.domains), [1])));
  const isRight = operations.equal(operations.argMax(verdict), operations.argMax(batch.domains));
  const unlabelled = unlabelledTerms(game, options, context, logProbabilities).map((term) =>
    operations.mul(term, required(scalars, 'unlabelled')),
  );
  return {
    minimised: [domain, ...unlabelled].reduce((sum, term) => operations.add(sum, term), label),
    reported: { label_loss: label, domain_loss: domain, domain_accuracy: operations.mean(isRight) },
  };
}

/** Mean of -log p(label) over the examples that have one. */
function labelLikelihood({ operations, batch }: LossContext, logProbabilities: Tensor): Tensor {
  const counted = operations.sum(batch.labels, [1]);
  return countedMean({ operations, counted }, operations.neg(operations.sum(operations.mul(logProbabilities, batch.labels), [1])));
}

/** Each feature once for each class, by the probability of the class, through which no gradient flows: [examples, features * classes]. */
function timesClasses(operations: Operations, features: Tensor, logProbabilities: Tensor): Tensor {
  const [examples = 1, size = 1] = features.shape;
  const classes = logProbabilities.shape[1] ?? 1;
  const probabilities = operations.stopGradient(operations.exp(logProbabilities));
  const product = operations.mul(
    operations.reshape(features, [examples, size, 1]),
    operations.reshape(probabilities, [examples, 1, classes]),
  );
  return operations.reshape(product, [examples, size * classes]);
}

/** Terms with a weight of 0 are not computed. */
function unlabelledTerms(
  game: AdaptationNetworks,
  { unlabelled: weights }: DomainAdaptationOptions,
  context: LossContext,
  logProbabilities: Tensor,
): Tensor[] {
  const { operations, batch } = context;
  const counted = operations.sub(operations.constant([1], []), operations.sum(batch.labels, [1]));
  const predictions: Predictions = { operations, logProbabilities, counted };
  const terms: readonly (readonly [number, () => Tensor])[] = [
    [weights.entropyWeight, () => entropy(predictions)],
    [weights.confusionWeight, () => classConfusion(predictions, weights.confusionTemperature)],
    [
      weights.pseudoLabelWeight,
      () =>
        pseudoLabelLoss(predictions, { steadyLogProbabilities: predictSteadily(game, context), threshold: weights.pseudoLabelThreshold }),
    ],
  ];
  return terms.flatMap(([weight, term]) => (weight === 0 ? [] : [operations.scale(term(), weight)]));
}

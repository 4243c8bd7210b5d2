import { completeOptimizer, domainAdaptationSchema, FIGURES } from '@lethe/config';
import { entryOf } from '@lethe/errors';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import {
  adaptationNetworks,
  type AdaptationNetworks,
  type AdaptationShape,
  type FeatureOptions,
} from './domain-adaptation/game-networks.js';
import { classConfusion, entropy, pseudoLabelLoss, type Predictions } from './domain-adaptation/unlabelled-terms.js';
import { checkedSettings } from './checked-settings.js';
import { GAME_KIND, type GameDefinition } from './game-definition.js';
import { countedMean, isCorrect, negativeLogLikelihood, type Classified } from './losses.js';
import type { LossContext, Objective, PhaseLoss } from './objective.js';

const NAME = 'domain-adaptation';
const settings = domainAdaptationSchema.omit({ kind: true, optimizers: true });
const networks = Object.keys(domainAdaptationSchema.shape.optimizers.shape);

/** Ganin and Lempitsky's game and its relatives, as settings name it. */
export const domainAdaptationGame: GameDefinition = {
  kind: GAME_KIND,
  name: NAME,
  settings,
  optimizers: Object.fromEntries(networks.map((network) => [network, completeOptimizer({})])),
  figures: FIGURES[NAME],
  play: (given, facts) => domainAdaptationObjective({ ...facts, ...checkedSettings(NAME, settings, given) }),
};

export interface DomainAdaptationOptions extends AdaptationShape {
  readonly features: FeatureOptions & { readonly statistics: 'shared' | 'per-domain' };
  readonly alignment: {
    /** Greatest factor on the reversed gradient of the domain classifier. */
    readonly weight: number;
    readonly steepness: number;
    readonly conditional: boolean;
  };
  /** Weights of the loss terms of predictions for examples without a label. */
  readonly unlabelled: {
    readonly entropyWeight: number;
    readonly confusionWeight: number;
    readonly confusionTemperature: number;
    readonly pseudoLabelWeight: number;
    readonly pseudoLabelThreshold: number;
  };
  /** False: the labels alone are learnt, for the runs without adaptation that a comparison needs. */
  readonly adapts: boolean;
  readonly totalRounds: number;
}

/**
 * Carries a model to data without labels. The label predictor learns from the labelled examples; the domain classifier learns,
 * at full strength, which domain every example's features are from, and its gradient is reversed on its way into the feature
 * extractor. There may be any number of domains, each with labels or without.
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
    name: NAME,
    groups: [{ name: 'networks', networks: [features.network, labelPredictor, ...(adapts ? [domainClassifier] : [])] }],
    phases: [{
      name: 'adaptation',
      trains: 'networks',
      reads: ['networks'],
      innerSteps: 1,
      frozenMode: 'training',
      losses: adapts ? ['label_loss', 'domain_loss', 'domain_accuracy'] : ['label_loss'],
      loss: (context) => (adapts ? adaptationLoss(game, options, context) : labelLoss(game, context)),
    }],
    batchPer: 'round',
    deployed: ['featureExtractor', 'labelPredictor'],
    freshStarts: [],
    scalars: (round) => {
      const ramp = reversalRamp(totalRounds > 1 ? Math.min(1, round / (totalRounds - 1)) : 1, alignment.steepness);
      return { reversal: alignment.weight * ramp, unlabelled: ramp };
    },
    figures: ['label_loss', 'label_accuracy'],
    score: (context) => {
      const predictions = classified(context, predict(game, context).logProbabilities);
      return { label_loss: negativeLogLikelihood(predictions), label_accuracy: isCorrect(predictions) };
    },
    encode: (context) => extractFeatures(game, context),
    encodedSize: features.size,
    isNoisy: false,
    redraw: null,
    decode: null,
    predict: (context) => predict(game, context).logProbabilities,
    readKept: [],
  };
}

/**
 * Share of the reversal that is in force at progress p (0 to 1): 2 / (1 + exp(-steepness p)) - 1, from 0 towards 1, so that the
 * domain classifier's noise at the start does not spoil the features. The paper's steepness is 10.
 *
 * @see Ganin et al., Domain-Adversarial Training of Neural Networks (JMLR 2016), section 5.2.2
 */
function reversalRamp(progress: number, steepness: number): number {
  return 2 / (1 + Math.exp(-steepness * progress)) - 1;
}

/** Features [examples, size]. */
function extractFeatures({ features }: AdaptationNetworks, { networks, batch }: LossContext): Tensor {
  return networks.apply(features.network.name, batch.images, batch.domains);
}

/** Features [examples, size] and log-probabilities [examples, classes]. */
function predict(game: AdaptationNetworks, context: LossContext): { features: Tensor; logProbabilities: Tensor } {
  const features = extractFeatures(game, context);
  return { features, logProbabilities: context.networks.apply(game.labelPredictor.name, features) };
}

/** Log-probabilities [examples, classes] of the undistorted examples, without dropout. */
function predictDeterministic({ features, labelPredictor }: AdaptationNetworks, { networks, batch }: LossContext): Tensor {
  const undistorted = networks.applyDeterministic(features.network.name, batch.undistorted, batch.domains);
  return networks.applyDeterministic(labelPredictor.name, undistorted);
}

function classified({ operations, batch: { labels } }: LossContext, logProbabilities: Tensor): Classified {
  return { operations, logProbabilities, labels };
}

function labelLoss(game: AdaptationNetworks, context: LossContext): PhaseLoss {
  const loss = meanLabelLoss(context, predict(game, context).logProbabilities);
  return { minimised: loss, reported: { label_loss: loss } };
}

/** The label loss, the domain loss behind the reversal, and the terms of predictions without a label. */
function adaptationLoss(game: AdaptationNetworks, options: DomainAdaptationOptions, context: LossContext): PhaseLoss {
  const { operations, networks, batch, scalars } = context;
  const { features, logProbabilities } = predict(game, context);
  const label = meanLabelLoss(context, logProbabilities);
  const read = options.alignment.conditional ? timesClasses(operations, features, logProbabilities) : features;
  const reversed = operations.reverseGradient(read, entryOf(scalars, 'reversal', 'the round'));
  const domainLogProbabilities = networks.apply(game.domainClassifier.name, reversed);
  const domain = operations.neg(operations.mean(operations.sum(operations.mul(domainLogProbabilities, batch.domains), [1])));
  const isRight = isCorrect({ operations, logProbabilities: domainLogProbabilities, labels: batch.domains });
  const unlabelled = unlabelledTerms(game, options, context, logProbabilities).map((term) =>
    operations.mul(term, entryOf(scalars, 'unlabelled', 'the round')),
  );
  return {
    minimised: [domain, ...unlabelled].reduce((sum, term) => operations.add(sum, term), label),
    reported: { label_loss: label, domain_loss: domain, domain_accuracy: operations.mean(isRight) },
  };
}

/** Mean of -log p(label) over the examples with a label. */
function meanLabelLoss(context: LossContext, logProbabilities: Tensor): Tensor {
  const { operations, batch } = context;
  const counted = operations.sum(batch.labels, [1]);
  return countedMean({ operations, counted }, negativeLogLikelihood(classified(context, logProbabilities)));
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
        pseudoLabelLoss(predictions, {
          undistortedLogProbabilities: predictDeterministic(game, context),
          threshold: weights.pseudoLabelThreshold,
        }),
    ],
  ];
  return terms.flatMap(([weight, term]) => (weight === 0 ? [] : [operations.scale(term(), weight)]));
}

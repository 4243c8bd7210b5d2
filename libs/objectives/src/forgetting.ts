import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { HIDINGS, type HidingName } from './hiding/index.js';
import { likelihoods } from './hiding/hiding.js';
import type { FreshStart, Group, LossContext, Objective, Phase } from './objective.js';
import { adversaryName, meanOf, GameNetworks, squaredError, type Encoded, type PlayerOptions } from './game-networks.js';
import { required } from './required.js';

export interface ForgettingOptions extends PlayerOptions {
  readonly hiding: HidingName | 'gradient-reversal';
  /** Weight of hiding the label. */
  readonly beta: number;
  /** Rounds over which the weight climbs from 0. */
  readonly betaRampRounds: number;
  /** Weight of the bottleneck's divergence, per nat. */
  readonly divergenceWeight: number;
  readonly classifierTurns: number;
}

/**
 * The game of forgetting a label. The classifier C learns to read the label from z = E(x); then the encoder E and the decoder
 * D learn to rebuild x from (z, label) while E hides the label from C, just updated and left alone. The article's game is
 * loss = MSE - beta * NLL. All phases of a round see the same z.
 *
 * With gradient reversal there is one phase instead, in which C learns while E gets the opposite of C's gradient.
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 * @see Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation (2015)
 */
export function forgettingObjective(options: ForgettingOptions): Objective {
  const { beta, betaRampRounds, divergenceWeight } = options;
  const players = new GameNetworks(options);
  const { groups, phases } =
    options.hiding === 'gradient-reversal' ? atOnce(players) : inTurn(players, options.hiding, options.classifierTurns);
  return {
    name: 'forgetting',
    groups,
    phases,
    deployed: ['encoder', 'decoder'],
    freshStarts: freshStarts(options),
    scalars: (round) => ({
      beta: beta * (betaRampRounds === 0 ? 1 : Math.min(1, round / betaRampRounds)),
      divergence_weight: divergenceWeight,
    }),
    figures: ['reconstruction_mse', 'classifier_loss', 'classifier_accuracy'],
    score: (context) => {
      const { operations, networks, batch } = context;
      const { latent, read } = players.encode(context);
      const verdicts = players.verdicts(networks, read);
      return {
        reconstruction_mse: squaredError(operations, networks.apply('decoder', latent, batch.labels), batch, [1, 2, 3]),
        classifier_loss: meanOf(
          operations,
          verdicts.map((logProbabilities) => likelihoods({ operations, logProbabilities, labels: batch.labels })),
        ),
        classifier_accuracy: meanOf(
          operations,
          verdicts.map((logProbabilities) => operations.equal(operations.argMax(logProbabilities), operations.argMax(batch.labels))),
        ),
      };
    },
    encode: (context) => players.encode(context).latent,
    encodedSize: options.latentSize,
    redraw: ({ networks, batch }, latent) => networks.apply('decoder', latent, batch.labels),
    predict: null,
  };
}

interface Game {
  readonly groups: readonly Group[];
  readonly phases: readonly Phase[];
}

/** First the classifiers learn, then the autoencoder hides the label from them. */
function inTurn(players: GameNetworks, hiding: HidingName, classifierTurns: number): Game {
  const hide = HIDINGS[hiding];
  return {
    groups: [{ name: 'classifier', networks: players.adversaries }, { name: 'autoencoder', networks: players.autoencoder }],
    phases: [
      {
        name: 'classifier',
        trains: 'classifier',
        reads: ['classifier', 'autoencoder'],
        innerSteps: classifierTurns,
        losses: ['classifier_loss'],
        loss: (context) => {
          const losses = classifierLosses(players, context, players.encode(context).read);
          // Each for itself: a sum leaves every classifier the gradient that it would have alone.
          return { minimised: sumOf(context.operations, losses), reported: { classifier_loss: meanOf(context.operations, losses) } };
        },
      },
      {
        name: 'autoencoder',
        trains: 'autoencoder',
        reads: ['classifier', 'autoencoder'],
        innerSteps: 1,
        losses: ['reconstruction_mse', 'encoder_classifier_loss'],
        loss: (context) => {
          const { operations, networks, batch, scalars } = context;
          const encoded = players.encode(context);
          const verdicts = players
            .verdicts(networks, encoded.read)
            .map((logProbabilities) => ({ operations, logProbabilities, labels: batch.labels }));
          const hidden = operations.mul(required(scalars, 'beta'), meanOf(operations, verdicts.map(hide)));
          const { mse, rebuilt } = rebuild(context, encoded);
          const nll = meanOf(operations, verdicts.map((verdict) => operations.mean(likelihoods(verdict))));
          return { minimised: operations.add(rebuilt, hidden), reported: { reconstruction_mse: mse, encoder_classifier_loss: nll } };
        },
      },
    ],
  };
}

/** One phase for all: the gradient of the classifiers' losses is turned round on its way into the encoder. */
function atOnce(players: GameNetworks): Game {
  return {
    groups: [{ name: 'game', networks: [...players.autoencoder, ...players.adversaries] }],
    phases: [
      {
        name: 'game',
        trains: 'game',
        reads: ['game'],
        innerSteps: 1,
        losses: ['reconstruction_mse', 'classifier_loss'],
        loss: (context) => {
          const { operations, scalars } = context;
          const encoded = players.encode(context);
          const losses = classifierLosses(players, context, operations.reverseGradient(encoded.read, required(scalars, 'beta')));
          const { mse, rebuilt } = rebuild(context, encoded);
          return {
            minimised: operations.add(rebuilt, sumOf(operations, losses)),
            reported: { reconstruction_mse: mse, classifier_loss: meanOf(operations, losses) },
          };
        },
      },
    ],
  };
}

/** Mean over the examples of -log p(label) of each classifier. */
function classifierLosses(players: GameNetworks, { operations, networks, batch }: LossContext, read: Tensor): Tensor[] {
  return players
    .verdicts(networks, read)
    .map((logProbabilities) => operations.mean(likelihoods({ operations, logProbabilities, labels: batch.labels })));
}

/** The error of the decoder's images, and the same with the bottleneck's divergence. */
function rebuild({ operations, networks, batch, scalars }: LossContext, { latent, divergence }: Encoded): { mse: Tensor; rebuilt: Tensor } {
  const mse = squaredError(operations, networks.apply('decoder', latent, batch.labels), batch);
  return {
    mse,
    rebuilt: divergence === null ? mse : operations.add(mse, operations.mul(required(scalars, 'divergence_weight'), divergence)),
  };
}

/** One adversary after another starts afresh, so that the encoder never has only old opponents. */
function freshStarts({ adversary: { members, freshEveryRounds } }: ForgettingOptions): FreshStart[] {
  if (freshEveryRounds === null) return [];
  return Array.from({ length: members }, (_, member) => ({
    network: adversaryName(member),
    begins: (round) => round > 0 && round % freshEveryRounds === 0 && (round / freshEveryRounds) % members === member,
  }));
}

function sumOf(operations: Operations, tensors: readonly Tensor[]): Tensor {
  return operations.scale(meanOf(operations, tensors), tensors.length);
}

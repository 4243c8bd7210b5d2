import { entryOf } from '@lethe/errors';
import type { Tensor } from '@tensorflow/tfjs';
import { adversaryName, GameNetworks, type Encoded, type GameNetworkOptions } from './forgetting/game-networks.js';
import { HIDING_LOSSES, type HidingName } from './forgetting/hiding.js';
import { isCorrect, meanOf, negativeLogLikelihood, squaredError, sumOf } from './losses.js';
import type { FreshStart, LossContext, Objective } from './objective.js';

export interface ForgettingOptions extends GameNetworkOptions {
  readonly hiding: HidingName | 'gradient-reversal';
  /** Weight of hiding the label. */
  readonly beta: number;
  /** Rounds over which the weight climbs from 0. */
  readonly betaRampRounds: number;
  /** Weight of the bottleneck's divergence, per nat. */
  readonly divergenceWeight: number;
  /** Inner steps of the classifiers in each round. */
  readonly classifierTurns: number;
}

/**
 * The game of forgetting a label. The classifier C learns to read the label from z = E(x); then the encoder E and the decoder
 * D learn to rebuild x from (z, label) while E hides the label from C, just updated and left alone. The article's game is
 * loss = MSE - beta * NLL. All phases of a round see the same z.
 *
 * What the game leaves of the label, an eraser takes out of the latents before anybody else gets them (`Eraser`). It learns beside the
 * encoder and the decoder, and their phase's loss is the sum of theirs and its own.
 *
 * With gradient reversal there is one phase instead, in which C learns while E gets the opposite of C's gradient.
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 * @see Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation (2015)
 */
export function forgettingObjective(options: ForgettingOptions): Objective {
  const { hiding, beta, betaRampRounds, divergenceWeight, classifierTurns } = options;
  const game = new GameNetworks(options);
  return {
    name: 'forgetting',
    ...(hiding === 'gradient-reversal' ? simultaneousPhase(game) : alternatingPhases(game, hiding, classifierTurns)),
    deployed: game.autoencoder.map(({ name }) => name),
    freshStarts: freshStarts(options),
    scalars: (round) => ({
      beta: beta * (betaRampRounds === 0 ? 1 : Math.min(1, round / betaRampRounds)),
      divergence_weight: divergenceWeight,
    }),
    figures: ['reconstruction_mse', 'classifier_loss', 'classifier_accuracy'],
    score: (context) => {
      const { operations, batch } = context;
      const encoded = game.encode(context);
      const classified = game.classify(context, encoded.adversaryInput);
      const redrawn = game.redraw(context, game.release(context, encoded));
      return {
        reconstruction_mse: squaredError(operations, redrawn, batch, [1, 2, 3]),
        classifier_loss: meanOf(operations, classified.map(negativeLogLikelihood)),
        classifier_accuracy: meanOf(operations, classified.map(isCorrect)),
      };
    },
    encode: (context) => game.release(context, game.encode(context)),
    encodedSize: options.latentSize,
    redraw: (context, latent) => game.redraw(context, latent),
    predict: null,
  };
}

type GroupsAndPhases = Pick<Objective, 'groups' | 'phases'>;

/** First the classifiers learn, then the autoencoder hides the label from them. */
function alternatingPhases(game: GameNetworks, hiding: HidingName, classifierSteps: number): GroupsAndPhases {
  return {
    groups: [
      { name: 'classifier', networks: game.adversaries },
      { name: 'autoencoder', networks: game.autoencoder },
    ],
    phases: [
      {
        name: 'classifier',
        trains: 'classifier',
        reads: ['classifier', 'autoencoder'],
        innerSteps: classifierSteps,
        losses: ['classifier_loss'],
        loss: (context) => {
          const losses = classifierLosses(game, context, game.encode(context).adversaryInput);
          // The sum leaves every classifier the gradient that it would have alone.
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
          const { operations, scalars } = context;
          const encoded = game.encode(context);
          const classified = game.classify(context, encoded.adversaryInput);
          const hidden = operations.mul(entryOf(scalars, 'beta', 'the round'), meanOf(operations, classified.map(HIDING_LOSSES[hiding])));
          const { mse, penalised } = reconstruct(game, context, encoded);
          const nll = meanOf(operations, classified.map((answer) => operations.mean(negativeLogLikelihood(answer))));
          return { minimised: operations.add(penalised, hidden), reported: { reconstruction_mse: mse, encoder_classifier_loss: nll } };
        },
      },
    ],
  };
}

/** One phase for all networks: the gradient of the classifiers' losses is reversed on its way into the encoder. */
function simultaneousPhase(game: GameNetworks): GroupsAndPhases {
  return {
    groups: [{ name: 'game', networks: [...game.autoencoder, ...game.adversaries] }],
    phases: [
      {
        name: 'game',
        trains: 'game',
        reads: ['game'],
        innerSteps: 1,
        losses: ['reconstruction_mse', 'classifier_loss'],
        loss: (context) => {
          const { operations, scalars } = context;
          const encoded = game.encode(context);
          const reversed = operations.reverseGradient(encoded.adversaryInput, entryOf(scalars, 'beta', 'the round'));
          const losses = classifierLosses(game, context, reversed);
          const { mse, penalised } = reconstruct(game, context, encoded);
          return {
            minimised: operations.add(penalised, sumOf(operations, losses)),
            reported: { reconstruction_mse: mse, classifier_loss: meanOf(operations, losses) },
          };
        },
      },
    ],
  };
}

/** Mean over the examples of -log p(label) of each classifier. */
function classifierLosses(game: GameNetworks, context: LossContext, adversaryInput: Tensor): Tensor[] {
  return game.classify(context, adversaryInput).map((classified) => context.operations.mean(negativeLogLikelihood(classified)));
}

/** The error of the decoder's images, by itself and with the bottleneck's divergence and the eraser's loss. */
function reconstruct(game: GameNetworks, context: LossContext, encoded: Encoded): { mse: Tensor; penalised: Tensor } {
  const { operations, networks, batch, scalars } = context;
  const mse = squaredError(operations, networks.apply('decoder', encoded.latent, batch.labels), batch);
  const divergence = game.divergence(context, encoded);
  const weighted = divergence === null ? null : operations.mul(entryOf(scalars, 'divergence_weight', 'the round'), divergence);
  const penalties = [weighted, game.erasureLoss(context, encoded)].filter((penalty) => penalty !== null);
  return { mse, penalised: penalties.reduce((sum, penalty) => operations.add(sum, penalty), mse) };
}

/** One adversary after another starts afresh, so that the encoder never has only old opponents. */
function freshStarts({ adversary: { members, freshEveryRounds } }: ForgettingOptions): FreshStart[] {
  if (freshEveryRounds === null) return [];
  return Array.from({ length: members }, (_, member) => ({
    network: adversaryName(member),
    begins: (round) => round > 0 && round % freshEveryRounds === 0 && (round / freshEveryRounds) % members === member,
  }));
}

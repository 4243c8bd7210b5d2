import { completeOptimizer, FIGURES, forgettingSchema } from '@lethe/config';
import { entryOf, LetheError } from '@lethe/errors';
import type { Tensor } from '@tensorflow/tfjs';
import type { Answer } from './forgetting/adversaries.js';
import { GameNetworks, type Encoded, type GameNetworkOptions } from './forgetting/game-networks.js';
import { HIDING_LOSSES, type HidingName } from './forgetting/hiding.js';
import { GAME_KIND, type GameDefinition } from './game-definition.js';
import type { GameFacts } from './game-facts.js';
import { countedMean, isCorrect, meanOf, negativeLogLikelihood, squaredError, sumOf } from './losses.js';
import { checkedSettings } from './checked-settings.js';
import type { BatchPer, LossContext, NetworkMode, Objective } from './objective.js';

const NAME = 'forgetting';
const settings = forgettingSchema.omit({ kind: true, optimizers: true });

/** The article's game and its relatives, as settings name it. */
export const forgettingGame: GameDefinition = {
  kind: GAME_KIND,
  name: NAME,
  settings,
  optimizers: Object.fromEntries(Object.keys(forgettingSchema.shape.optimizers.shape).map((network) => [network, completeOptimizer({})])),
  figures: FIGURES.forgetting,
  play: (given, facts) => {
    const options = checkedSettings(NAME, settings, given);
    const { fairness, bottleneck } = options;
    if (fairness === 'odds' && !facts.kept.some(({ isLabel }) => isLabel)) throw withoutLabel(facts);
    return forgettingObjective({
      ...facts, ...options, independence: fairness, bottleneck: bottleneck.kind, divergenceWeight: bottleneck.weight,
    });
  },
};

function withoutLabel({ kept }: GameFacts): LetheError {
  const found = kept.length === 0 ? 'nothing that is kept' : `${kept.map(({ name }) => name).join(', ')}, none of which is the label`;
  const expected = 'expected the label, a category, to be kept, given which others are forgotten';
  return new LetheError('CONFIG_INVALID', `--fairness odds: ${expected}, found ${found}`);
}

export interface ForgettingOptions extends GameNetworkOptions {
  readonly hiding: HidingName | 'gradient-reversal';
  /** Weight of hiding the forgotten attributes. */
  readonly beta: number;
  /** Rounds over which the weight climbs from 0. */
  readonly betaRampRounds: number;
  /** Weight of rebuilding the examples. */
  readonly rebuildWeight: number;
  /** Further weights of single attributes, kept or forgotten, by name; 1 unless named. */
  readonly weights: Readonly<Record<string, number>>;
  /** Weight of the bottleneck's divergence, per nat. */
  readonly divergenceWeight: number;
  /** Inner steps of the classifiers in each round. */
  readonly classifierTurns: number;
  readonly batchPer: BatchPer;
  /** Of the autoencoder while the classifiers learn, and of the classifiers while it does. */
  readonly frozenMode: NetworkMode;
}

/**
 * The game of keeping these and forgetting those. Classifiers C, the adversaries, learn to read what is to be forgotten from z = E(x).
 * Then the encoder E hides it from C, just updated and left alone, while heads H learn to read from z what is to be kept, and a decoder D
 * learns to rebuild x from z and what was forgotten:
 *
 *     loss of C:          -ln p(forgotten | z)
 *     loss of E, H and D: |x - D(z, forgotten)|^2 - ln p(kept | z) + beta * hiding(C) + weight * KL(z)
 *
 * What is not wanted is left out. The article's game keeps nothing, forgets the label and rebuilds: loss = MSE - beta * NLL. With a kept
 * attribute and nothing rebuilt it is LAFTR's. Under `odds` C reads the kept label beside z, so that z may tell as much of the forgotten
 * attribute as the label does. All phases of a round see the same z, unless each step has a batch of its own (`batchPer`).
 *
 * What the game leaves, an eraser takes out of the latents before anybody else gets them (`Eraser`). It learns beside the autoencoder or
 * beside the classifiers, and that phase's loss is the sum of theirs and its own.
 *
 * With gradient reversal there is one phase instead, in which C learns while E gets the opposite of C's gradient.
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 * @see Madras et al., Learning Adversarially Fair and Transferable Representations (2018), equations 1 to 4
 * @see Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation (2015)
 */
export function forgettingObjective(options: ForgettingOptions): Objective {
  const { hiding, beta, betaRampRounds, divergenceWeight, rebuild } = options;
  const game = new Game(options);
  const { networks } = game;
  const readLabel = networks.heads.predictsLabel;
  return {
    name: NAME,
    ...(hiding === 'gradient-reversal' ? simultaneousPhase(game) : alternatingPhases(game, hiding)),
    batchPer: options.batchPer,
    deployed: networks.deployed,
    freshStarts: networks.adversaries.freshStarts,
    scalars: (round) => ({
      beta: beta * (betaRampRounds === 0 ? 1 : Math.min(1, round / betaRampRounds)),
      divergence_weight: divergenceWeight,
    }),
    figures: [...game.losses, ...(options.kept.length === 0 ? [] : ['kept_score']), 'classifier_loss', 'classifier_accuracy'],
    score: (context) => {
      const { operations, batch } = context;
      const encoded = networks.encode(context);
      const answers = networks.adversaries.read(context, encoded.adversaryInput);
      return {
        ...(rebuild ? {
          reconstruction_mse: squaredError(operations, networks.redraw(context, networks.release(context, encoded)), batch, [1, 2, 3]),
        } : {}),
        ...(options.kept.length === 0 ? {} : networks.heads.figures(context, encoded.latent)),
        classifier_loss: meanOf(operations, answers.map(negativeLogLikelihood)),
        // An example without a value counts as read wrong, and costs nothing.
        classifier_accuracy: meanOf(operations, answers.map((answer) => (
          operations.mul(isCorrect(answer), operations.sum(answer.labels, [1]))
        ))),
      };
    },
    encode: (context) => networks.release(context, networks.encode(context)),
    encodedSize: networks.latentSize,
    isNoisy: options.bottleneck !== 'article',
    redraw: rebuild && networks.isToldLabelAlone ? (context, latent) => networks.redraw(context, latent) : null,
    decode: rebuild ? (context, latent) => networks.redraw(context, latent) : null,
    predict: readLabel === null ? null : (context) => readLabel(context, networks.encode(context).latent),
    readKept: networks.heads.answers.map((answer) => (context) => answer(context, networks.encode(context).latent)),
  };
}

type GroupsAndPhases = Pick<Objective, 'groups' | 'phases'>;

/** First the classifiers learn, then all others, while the encoder hides from them what is to be forgotten. */
function alternatingPhases(game: Game, hiding: HidingName): GroupsAndPhases {
  const { networks, options: { classifierTurns, frozenMode } } = game;
  return {
    groups: [
      { name: 'classifier', networks: networks.readers },
      { name: 'autoencoder', networks: networks.autoencoder },
    ],
    phases: [
      {
        name: 'classifier',
        trains: 'classifier',
        reads: ['classifier', 'autoencoder'],
        innerSteps: classifierTurns,
        frozenMode,
        losses: ['classifier_loss'],
        loss: (context) => {
          const encoded = networks.encode(context);
          const losses = classifierLosses(networks.adversaries.read(context, encoded.adversaryInput));
          const erasure = networks.erasureLoss(context, encoded, 'classifier');
          // The sum leaves every network the gradient that it would have alone.
          const minimised = sumOf(context.operations, [...losses, ...(erasure === null ? [] : [erasure])]);
          return { minimised, reported: { classifier_loss: meanOf(context.operations, losses) } };
        },
      },
      {
        name: 'autoencoder',
        trains: 'autoencoder',
        reads: ['classifier', 'autoencoder'],
        innerSteps: 1,
        frozenMode,
        losses: [...game.losses, 'encoder_classifier_loss'],
        loss: (context) => {
          const { operations, scalars } = context;
          const encoded = networks.encode(context);
          const answers = networks.adversaries.read(context, encoded.adversaryInput);
          const hidden = meanOf(operations, answers.map((answer) => game.weighted(context, answer, HIDING_LOSSES[hiding](answer))));
          const { penalised, reported } = game.keep(context, encoded);
          return {
            minimised: operations.add(penalised, operations.mul(entryOf(scalars, 'beta', 'the round'), hidden)),
            reported: { ...reported, encoder_classifier_loss: meanOf(operations, classifierLosses(answers)) },
          };
        },
      },
    ],
  };
}

/** One phase for all networks: the gradient of the classifiers' losses is reversed on its way into the encoder. */
function simultaneousPhase(game: Game): GroupsAndPhases {
  const { networks } = game;
  return {
    groups: [{ name: 'game', networks: [...networks.autoencoder, ...networks.readers] }],
    phases: [
      {
        name: 'game',
        trains: 'game',
        reads: ['game'],
        innerSteps: 1,
        frozenMode: 'training',
        losses: [...game.losses, 'classifier_loss'],
        loss: (context) => {
          const { operations, scalars } = context;
          const encoded = networks.encode(context);
          const reversed = operations.reverseGradient(encoded.adversaryInput, entryOf(scalars, 'beta', 'the round'));
          const losses = classifierLosses(networks.adversaries.read(context, reversed));
          const { penalised, reported } = game.keep(context, encoded);
          return {
            minimised: operations.add(penalised, sumOf(operations, losses)),
            reported: { ...reported, classifier_loss: meanOf(operations, losses) },
          };
        },
      },
    ],
  };
}

/** Mean over the examples of -ln p(attribute) by each classifier. */
function classifierLosses(answers: readonly Answer[]): Tensor[] {
  return answers.map((answer) => countedMean(answer, negativeLogLikelihood(answer)));
}

/** The networks, and what all of them but the classifiers minimise. */
class Game {
  readonly networks: GameNetworks;
  /** Names of the losses of what is rebuilt and kept. */
  readonly losses: readonly string[];
  readonly options: ForgettingOptions;

  constructor(options: ForgettingOptions) {
    this.options = options;
    this.networks = new GameNetworks(options);
    this.losses = [...(options.rebuild ? ['reconstruction_mse'] : []), ...(options.kept.length === 0 ? [] : ['kept_loss'])];
  }

  /** The loss of hiding an attribute, by its weight. */
  weighted({ operations }: LossContext, { attribute }: Answer, loss: Tensor): Tensor {
    const { weights, forgotten } = this.options;
    // A combination weighs as its parts do on average.
    const parts = forgotten.find(({ name }) => name === attribute)?.of ?? [attribute];
    const weight = parts.reduce((sum, part) => sum + (weights[part] ?? 1) / parts.length, 0);
    return weight === 1 ? loss : operations.scale(loss, weight);
  }

  /** The losses of rebuilding and keeping, by themselves and as a sum with the bottleneck's divergence and the eraser's loss. */
  keep(context: LossContext, encoded: Encoded): { readonly penalised: Tensor; readonly reported: Record<string, Tensor> } {
    const { operations, batch, scalars } = context;
    const { rebuild, rebuildWeight, weights } = this.options;
    const mse = rebuild ? squaredError(operations, this.networks.decode(context, encoded.latent), batch) : null;
    const kept = this.networks.heads.loss(context, encoded.latent, (attribute) => weights[attribute] ?? 1);
    const divergence = this.networks.divergence(context, encoded);
    const terms = [
      mse === null || rebuildWeight === 1 ? mse : operations.scale(mse, rebuildWeight),
      kept,
      divergence === null ? null : operations.mul(entryOf(scalars, 'divergence_weight', 'the round'), divergence),
      this.networks.erasureLoss(context, encoded, 'encoder'),
    ].filter((term) => term !== null);
    return {
      penalised: terms.reduce((sum, term) => operations.add(sum, term)),
      reported: { ...(mse === null ? {} : { reconstruction_mse: mse }), ...(kept === null ? {} : { kept_loss: kept }) },
    };
  }
}

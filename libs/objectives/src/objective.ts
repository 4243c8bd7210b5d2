import type { NetworkSpec, Networks } from '@lethe/networks';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';

/**
 * Examples: images [examples, height, width, channels] in [-1, 1], or a table's standardised features; one-hot labels
 * [examples, classes] and domains [examples, domains]. A row of zeros: no label.
 */
export interface Batch {
  readonly images: Tensor;
  /** The images before they were distorted; the same where they were not. */
  readonly undistorted: Tensor;
  readonly labels: Tensor;
  readonly domains: Tensor;
  /**
   * Values of the kept and of the forgotten attributes but the label, as `kept.0`, `forgotten.1` and so on: one-hot
   * [examples, categories], zeros where there is none; of a kept number [examples, 2]: the value, and 1 where there is one.
   */
  readonly attributes: Readonly<Record<string, Tensor>>;
}

export interface LossContext {
  readonly operations: Operations;
  readonly networks: Networks;
  readonly batch: Batch;
  /** Values that may change from round to round, as scalar tensors ("beta"). */
  readonly scalars: Readonly<Record<string, Tensor>>;
}

/** What is minimised, and the losses that are reported (all scalar tensors). */
export interface PhaseLoss {
  readonly minimised: Tensor;
  readonly reported: Readonly<Record<string, Tensor>>;
}

/** What a batch is drawn for: all steps of a round together, or each step by itself. */
export type BatchPer = 'round' | 'step';

/**
 * How networks compute: by the statistics of the batch, with dropout and noise (`training`), or by the running statistics, without them
 * (`evaluation`).
 */
export type NetworkMode = 'training' | 'evaluation';

/** A phase of a round: the group that it trains, in how many inner steps, and what it minimises. */
export interface Phase {
  readonly name: string;
  readonly trains: string;
  /** Groups whose parameters the loss reads, the trained one included. */
  readonly reads: readonly string[];
  /** Updates of the trained group in each round. */
  readonly innerSteps: number;
  /** Of the networks that it reads and does not train. */
  readonly frozenMode: NetworkMode;
  /** Names of the reported losses, in the order of the metrics. */
  readonly losses: readonly string[];
  readonly loss: (context: LossContext) => PhaseLoss;
}

export interface Group {
  readonly name: string;
  readonly networks: readonly NetworkSpec[];
}

/**
 * A network that starts afresh during the game: new values, no optimiser state, and the running statistics of the beginning, but for those
 * of a perceptron's inputs.
 */
export interface FreshStart {
  readonly network: string;
  /** Whether it begins this round afresh; a pure function, or a resumed run would differ. */
  readonly begins: (round: number) => boolean;
}

/** A game as data. The training loop plays the phases in order and never asks which game it is. */
export interface Objective {
  readonly name: string;
  readonly groups: readonly Group[];
  readonly phases: readonly Phase[];
  /** `step`: no two steps of a round see the same batch. Each phase passes over the training examples in an order of its own. */
  readonly batchPer: BatchPer;
  /** Networks that are used after training: their averages are kept and evaluated, if any are. */
  readonly deployed: readonly string[];
  /** The scalars of a round: a pure function of the round's number. */
  readonly scalars: (round: number) => Readonly<Record<string, number>>;
  readonly freshStarts: readonly FreshStart[];
  /** Figures measured in evaluation mode, in order. */
  readonly figures: readonly string[];
  /** One value per example for each figure ([examples] tensors). */
  readonly score: (context: LossContext) => Readonly<Record<string, Tensor>>;
  /** Latents or features [examples, encodedSize]: what probes read to measure what was forgotten. */
  readonly encode: (context: LossContext) => Tensor;
  readonly encodedSize: number;
  /** Whether the features have noise in training, which is drawn again where it is asked for, and is left out where it is not. */
  readonly isNoisy: boolean;
  /** Images [examples, ...] redrawn from latents under the labels of the batch; null: nothing is drawn in this game. */
  readonly redraw: ((context: LossContext, latent: Tensor) => Tensor) | null;
  /**
   * Examples [examples, height, width, channels] that the decoder makes of latents, told the values of the batch of all that is forgotten
   * by itself; null: there is no decoder. The same as `redraw`, whatever the decoder is told.
   */
  readonly decode: ((context: LossContext, latent: Tensor) => Tensor) | null;
  /** Log-probabilities [examples, classes] of the label; null: nothing is predicted in this game. */
  readonly predict: ((context: LossContext) => Tensor) | null;
  /**
   * What the head of each kept attribute gives, in their order: log-probabilities [examples, categories], or of a number [examples, 2]:
   * mean and ln variance of the value with mean 0 and deviation 1 over the training examples. Null: the game has no head for it.
   */
  readonly readKept: readonly (((context: LossContext) => Tensor) | null)[];
}

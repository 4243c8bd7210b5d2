import type { PartialOptimizer } from '@lethe/config';
import type { UnnamedNetwork } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { z } from 'zod';
import type { BatchPer, FreshStart, NetworkMode, PhaseLoss } from '../objective.js';
import type { FactsOfGame } from './facts.js';
import type { GameContext } from './game-context.js';

/** What a game is made for. */
export interface GivenToGame<Settings> {
  readonly settings: Settings;
  readonly facts: FactsOfGame;
}

/** A phase of a round: which group it trains, and what it minimises. */
export interface PhaseOfGame<Settings, Network extends string, Scalar extends string> {
  /** Small letters, digits, - and _, beginning with a letter, as all names of a game. */
  readonly name: string;
  /** The group whose networks it trains. */
  readonly trains: string;
  /** Groups whose networks the loss applies besides; all unless they are named. What is not read need not be sent to the workers. */
  readonly reads?: readonly string[];
  /** Updates of the trained group in each round; 1 unless said. */
  readonly innerSteps?: number | ((given: GivenToGame<Settings>) => number);
  /**
   * How the networks that it reads and does not train compute: by the statistics of the batch, with dropout and noise (`training`, unless
   * said), or by the running statistics and without (`evaluation`, as after PyTorch's `eval()`).
   */
  readonly frozenMode?: NetworkMode | ((given: GivenToGame<Settings>) => NetworkMode);
  /** Names of the losses that it reports, each of them in one phase alone. */
  readonly losses: readonly string[];
  /** What is minimised, a scalar, and the reported losses by name, all scalars. */
  readonly loss: (context: GameContext<Settings, Network, Scalar>) => PhaseLoss;
}

/** What `defineGame` takes. */
export interface GameDescription<Schema extends z.ZodObject, Network extends string, Scalar extends string> {
  /** Small letters, digits, - and _, beginning with a letter. */
  readonly name: string;
  /** Settings of the game, each with a default or given by every run. Further ones are refused. Values are what JSON has. */
  readonly settings?: Schema;
  /** Every network by name, as `sequential` or `defineNetwork` make them. */
  readonly networks: (given: GivenToGame<z.output<Schema>>) => Readonly<Record<Network, UnnamedNetwork>>;
  /** Names of the networks that learn together, by the group's name. Every network is in one group. */
  readonly groups: Readonly<Record<string, readonly NoInfer<Network>[]>>;
  /** Optimisers by network; what is not said is Adam's at a rate of 0.001. Runs may change them (`--learning-rate`, `--set`). */
  readonly optimizers?: { readonly [Name in NoInfer<Network>]?: PartialOptimizer };
  /** Numbers of losses that may change from round to round, by name: a pure function, or a resumed run would differ. */
  readonly scalars?: (
    given: GivenToGame<z.output<Schema>> & { readonly round: number; readonly rounds: number },
  ) => Readonly<Record<Scalar, number>>;
  /** A round plays them in this order. */
  readonly phases: readonly PhaseOfGame<z.output<Schema>, NoInfer<Network>, NoInfer<Scalar>>[];
  /** One batch for all steps of a round (`round`, unless said), or one for each step (`step`). */
  readonly batchPer?: BatchPer | ((given: GivenToGame<z.output<Schema>>) => BatchPer);
  /**
   * Figures of held-out and test examples, by name: a value of each, [examples]. The first is watched unless a run says otherwise. Less
   * is better of those whose names end in loss, error, mse or nll, more of all others.
   */
  readonly figures: Readonly<Record<string, (context: GameContext<z.output<Schema>, NoInfer<Network>, never>) => Tensor>>;
  /** Features [examples, encodedSize] of the examples: what probes read, and what `lethe encode` writes. */
  readonly encode: (context: GameContext<z.output<Schema>, NoInfer<Network>, never>) => Tensor;
  readonly encodedSize: number | ((given: GivenToGame<z.output<Schema>>) => number);
  /** Whether the features have noise in training (`noise` of a network); false unless said. Probes then read them with it and without. */
  readonly noisy?: boolean;
  /** Examples [examples, ...inputShape] made of features, and of the forgotten attributes of the batch. */
  readonly decode?: (context: GameContext<z.output<Schema>, NoInfer<Network>, never>, features: Tensor) => Tensor;
  /** Log-probabilities [examples, classes] of the label. */
  readonly predict?: (context: GameContext<z.output<Schema>, NoInfer<Network>, never>) => Tensor;
  /**
   * What the game's networks read of kept attributes from the features, by the name of an attribute that the run keeps:
   * log-probabilities [examples, categories], or of a number [examples, 2]: mean and ln variance of the value with mean 0 and deviation 1.
   */
  readonly readKept?: Readonly<Record<
    string, (context: GameContext<z.output<Schema>, NoInfer<Network>, never>, features: Tensor) => Tensor
  >>;
  /** Networks that are used after training, of which averages are kept if any are; all unless they are named. */
  readonly deployed?: readonly NoInfer<Network>[];
  /** Networks that begin afresh during the game. */
  readonly freshStarts?: readonly (FreshStart & { readonly network: NoInfer<Network> })[];
}

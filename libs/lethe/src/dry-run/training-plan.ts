import type { OptimizerSettings } from '@lethe/config';

/** What a run would be, as `describeTraining` finds it before anything is started or written. */
export interface TrainingPlan {
  readonly recipe: string;
  readonly game: string;
  readonly rounds: number;
  readonly examples: PlannedExamples;
  /** In the order of their groups. */
  readonly networks: readonly PlannedNetwork[];
  /** What is trained together. */
  readonly groups: readonly PlannedGroup[];
  /** In the order in which a round plays them. */
  readonly phases: readonly PlannedPhase[];
  readonly traffic: PlannedTraffic;
}

/** What a run would learn from. */
export interface PlannedExamples {
  /** Sizes of one: height, width, channels. A table's row has height and width 1. */
  readonly shape: readonly [number, number, number];
  /** That are trained on, without those that are held out. */
  readonly training: number;
  readonly heldOut: number;
  readonly test: number;
  /** In each round, over all shards. */
  readonly batch: number;
  /** All steps of a round see one batch, or each step has a batch of its own. */
  readonly batchPer: 'round' | 'step';
  readonly shards: number;
}

/** A network of the game. */
export interface PlannedNetwork {
  readonly name: string;
  readonly group: string;
  /** Numbers that are learnt. */
  readonly parameters: number;
  readonly layers: readonly PlannedLayer[];
}

/** A layer of a network. */
export interface PlannedLayer {
  readonly name: string;
  /** Sizes of what it gives for one example; null: the network does not say. */
  readonly outputShape: readonly number[] | null;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly parameters: number;
}

/** Networks that are trained together. */
export interface PlannedGroup {
  readonly name: string;
  readonly networks: readonly string[];
  readonly parameters: number;
  /** Numbers of running statistics, which normalisations keep. */
  readonly statistics: number;
  /** By network. */
  readonly optimizers: Readonly<Record<string, OptimizerSettings>>;
}

/** A phase of every round. */
export interface PlannedPhase {
  readonly name: string;
  /** The group that it trains. */
  readonly trains: string;
  /** Groups whose networks it reads. */
  readonly reads: readonly string[];
  /** Updates of the group in each round. */
  readonly innerSteps: number;
  /** How the networks that it reads and does not train compute. */
  readonly frozenMode: 'training' | 'evaluation';
  /** What each reported loss is for the first shard of the first round, with the weights that the run would begin with. */
  readonly losses: Readonly<Record<string, number>>;
}

/** What goes over the wire in each round, but for a few bytes of each message. */
export interface PlannedTraffic {
  readonly workers: number;
  /** Of the worker that sends the most: its gradients, with losses and statistics of the batch. */
  readonly bytesSent: number;
  /** Of each worker: the weights that every inner step changed. */
  readonly bytesReceived: number;
}

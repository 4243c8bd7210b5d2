import type { Objective, Phase } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';

/** The examples of every round, in any order of rounds. */
export interface Batches {
  /** Indices of the round's examples into the training set, [batchSize]. */
  round(round: number): Uint32Array;
}

/**
 * Opens the batches of a run.
 * @param stream names those of one phase, whose order is then its own; null: a round has one batch
 */
export type OpenBatches = (stream: string | null) => Batches;

/** What says how many batches a round has. */
export interface BatchesOfRound extends Pick<Objective, 'batchPer'> {
  readonly phases: readonly Pick<Phase, 'name' | 'innerSteps'>[];
}

/** Which examples a step sees: a pure function of the step, so that a step that is computed again sees the same ones. */
export class StepBatches {
  readonly #objective: BatchesOfRound;
  /** Of each phase, in order; of the whole round where all steps see the same. */
  readonly #streams: readonly Batches[];

  constructor(objective: BatchesOfRound, open: OpenBatches) {
    this.#objective = objective;
    this.#streams = objective.batchPer === 'round' ? [open(null)] : objective.phases.map(({ name }) => open(`phase ${name}`));
  }

  /** Steps of the same key see the same batch. */
  key({ round, phase, innerStep }: Step): string {
    return this.#objective.batchPer === 'round' ? String(round) : [round, phase, innerStep].join();
  }

  /** Indices of the step's examples into the training set, [batchSize]. */
  indices({ round, phase, innerStep }: Step): Uint32Array {
    const { batchPer, phases } = this.#objective;
    const number = batchPer === 'round' ? round : round * (phases[phase]?.innerSteps ?? 1) + innerStep;
    const stream = this.#streams[batchPer === 'round' ? 0 : phase];
    if (stream === undefined) throw new TypeError(`there is no phase ${phase}`);
    return stream.round(number);
  }
}

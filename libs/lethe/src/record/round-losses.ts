import type { Objective } from '@lethe/objectives';
import type { Committed } from '@lethe/protocol';

/** Everything that the phases of one round reported. */
export interface RoundLosses {
  readonly round: number;
  readonly losses: Readonly<Record<string, number>>;
}

/** Gathers the losses of a round's phases; of several inner steps the last one counts. */
export class RoundLossCollector {
  readonly #objective: Objective;
  #losses: Record<string, number> = {};

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  /** The round's losses with its last commit, before that null. */
  add({ round, phase, innerStep, losses }: Committed): RoundLosses | null {
    const { phases } = this.#objective;
    const played = phases[phase];
    if (played === undefined) throw new TypeError(`the objective ${this.#objective.name} has no phase ${phase}`);
    for (const [index, name] of played.losses.entries()) this.#losses[name] = losses[index] ?? Number.NaN;
    if (phase !== phases.length - 1 || innerStep !== played.innerSteps - 1) return null;
    const complete = { round, losses: this.#losses };
    this.#losses = {};
    return complete;
  }
}

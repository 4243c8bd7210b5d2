import type { RunConfig } from '@lethe/config';

/** Figures of which less is better, by the end of their names: losses and errors. Of all others more is. */
const LESS_IS_BETTER = /(^|[_-])(loss|error|mse|nll)$/;

/** What the monitored figure of an epoch means for the run. */
export interface Judgement {
  /** No earlier epoch was as good. */
  readonly isBest: boolean;
  /** Patience is at its end. */
  readonly shouldStop: boolean;
}

/** Watches one figure, epoch by epoch. */
export class EarlyStopping {
  readonly #monitor: RunConfig['monitor'];
  readonly #patience: number | null;
  #best: number | null = null;
  #epochsWithoutBetter = 0;

  constructor({ monitor, patience }: Pick<RunConfig, 'monitor' | 'patience'>) {
    this.#monitor = monitor;
    this.#patience = patience;
  }

  /**
   * Takes the figures of the next epoch; without the monitored one nothing is best and nothing stops. One that is not finite is
   * never best.
   */
  judge(figures: Readonly<Record<string, number>>): Judgement {
    const value = figures[this.#monitor];
    if (value === undefined) return { isBest: false, shouldStop: false };
    const isBest =
      Number.isFinite(value) && (this.#best === null || (LESS_IS_BETTER.test(this.#monitor) ? value < this.#best : value > this.#best));
    if (isBest) this.#best = value;
    this.#epochsWithoutBetter = isBest ? 0 : this.#epochsWithoutBetter + 1;
    return { isBest, shouldStop: this.#patience !== null && this.#epochsWithoutBetter >= this.#patience };
  }
}

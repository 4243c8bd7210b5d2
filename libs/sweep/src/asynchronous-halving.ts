export interface HalvingOptions {
  /** Epochs at which trials are compared first. */
  readonly firstRung: number;
  /** One of so many goes on at each rung, and rungs are so many times apart. */
  readonly factor: number;
  readonly better: 'lower' | 'higher';
}

/**
 * Asynchronous successive halving, by stopping: a trial that comes to a rung goes on if it is among the best `1 / factor` of all
 * that came there before it and with it. Nobody waits for others, so the first ones at a rung always go on.
 *
 * @see Li et al., A System for Massively Parallel Hyperparameter Tuning (2020)
 */
export class AsynchronousHalving {
  readonly #options: HalvingOptions;
  readonly #rungs = new Map<number, Map<string, number>>();

  constructor(options: HalvingOptions) {
    this.#options = options;
  }

  /** Whether a trial may go on after an epoch that ended with this figure; asked again, the answer is the same. */
  goesOn(trial: string, epoch: number, figure: number): boolean {
    if (!this.#isRung(epoch)) return true;
    const rung = this.#rungs.get(epoch) ?? new Map<string, number>();
    this.#rungs.set(epoch, rung);
    rung.set(trial, figure);
    if (rung.size < this.#options.factor) return true;
    const best = [...rung.values()].sort((a, b) => (this.#options.better === 'lower' ? a - b : b - a)).slice(0, Math.ceil(rung.size / this.#options.factor));
    return best.includes(figure);
  }

  #isRung(epoch: number): boolean {
    let rung = this.#options.firstRung;
    while (rung < epoch) rung *= this.#options.factor;
    return rung === epoch;
  }
}

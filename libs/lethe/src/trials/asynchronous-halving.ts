/** When trials are compared, and by what. */
export interface HalvingOptions {
  /** Epochs at which trials are compared first. */
  readonly firstRung: number;
  /** The best 1 / factor go on at each rung; the next rung is at factor times the epochs. */
  readonly factor: number;
  readonly better: 'lower' | 'higher';
}

/**
 * Asynchronous successive halving, by stopping: a trial that comes to a rung goes on if it is among the best `1 / factor` of all
 * that came there before it and with it. Nobody waits for others, so the first ones at a rung always go on, unless their figure is
 * not finite. A trial is judged once at a rung, against those that were there then.
 *
 * @see Li et al., A System for Massively Parallel Hyperparameter Tuning (2020)
 */
export class AsynchronousHalving {
  readonly #options: HalvingOptions;
  readonly #rungs = new Map<number, Map<string, Arrival>>();

  constructor(options: HalvingOptions) {
    this.#options = options;
  }

  /** Whether a trial may go on after an epoch that ended with this figure; asked again, the answer is the same. */
  goesOn(trial: string, epoch: number, figure: number): boolean {
    if (!this.isRung(epoch)) return true;
    const rung = this.#rung(epoch);
    const goesOn = rung.get(trial)?.goesOn ?? this.#isAmongBest(figure, [...rung.values()].map((arrival) => arrival.figure));
    if (!rung.has(trial)) rung.set(trial, { figure, goesOn });
    return goesOn;
  }

  /** Records a trial that has come past an epoch without being judged here: others are compared with it, it is not judged again. */
  passed(trial: string, epoch: number, figure: number): void {
    if (this.isRung(epoch)) this.#rung(epoch).set(trial, { figure, goesOn: true });
  }

  /** Whether trials are compared after that epoch. */
  isRung(epoch: number): boolean {
    let rung = this.#options.firstRung;
    while (rung < epoch) rung *= this.#options.factor;
    return rung === epoch;
  }

  #isAmongBest(figure: number, earlier: readonly number[]): boolean {
    if (!Number.isFinite(figure)) return false;
    const sign = this.#options.better === 'lower' ? 1 : -1;
    const better = earlier.filter((other) => sign * other < sign * figure).length;
    const arrived = earlier.length + 1;
    return arrived < this.#options.factor || better < Math.ceil(arrived / this.#options.factor);
  }

  #rung(epoch: number): Map<string, Arrival> {
    const rung = this.#rungs.get(epoch) ?? new Map<string, Arrival>();
    this.#rungs.set(epoch, rung);
    return rung;
  }
}

/** A trial at a rung. */
interface Arrival {
  readonly figure: number;
  readonly goesOn: boolean;
}

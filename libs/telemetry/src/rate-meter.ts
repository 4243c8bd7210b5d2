/** Seconds on a clock that never goes back. */
export type Clock = () => number;

/** Seconds since the process started. */
export const monotonicSeconds: Clock = () => performance.now() / 1000;

export interface RateMeterOptions {
  /** Length of the period that the rate is measured over. */
  readonly windowSeconds?: number;
  readonly clock?: Clock;
}

interface Sample { readonly seconds: number; readonly total: number }

/** Items (images) per second over the last seconds: a slow start or a pause soon no longer counts. */
export class RateMeter {
  private readonly windowSeconds: number;
  private readonly clock: Clock;
  private samples: Sample[];
  private total = 0;

  constructor(options: RateMeterOptions = {}) {
    this.windowSeconds = options.windowSeconds ?? 10;
    this.clock = options.clock ?? monotonicSeconds;
    this.samples = [{ seconds: this.clock(), total: 0 }];
  }

  /** Counts items that were finished just now. */
  add(items: number): void {
    this.total += items;
    const seconds = this.clock();
    this.samples.push({ seconds, total: this.total });
    // The newest sample outside the window stays: it is the window's left edge.
    const edge = this.samples.findLastIndex((sample) => sample.seconds <= seconds - this.windowSeconds);
    if (edge > 0) this.samples = this.samples.slice(edge);
  }

  /** Starts the window anew, after a pause that has no part in the speed of the work (an evaluation). */
  restart(): void {
    this.samples = [{ seconds: this.clock(), total: this.total }];
  }

  /** Items per second; 0 until there are samples of two moments. */
  perSecond(): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.seconds <= first.seconds) return 0;
    return (last.total - first.total) / (last.seconds - first.seconds);
  }

  /** Seconds until `items` more are done at the present rate; null while there is no rate. */
  secondsLeft(items: number): number | null {
    const rate = this.perSecond();
    return rate > 0 ? items / rate : null;
  }
}

/** Times that are remembered. */
const REMEMBERED = 32;
/** What takes so many times as long as usual does not come by itself. */
const PATIENCE = 20;

export interface TimeLimits {
  /** However fast things usually are. */
  readonly leastMs: number;
  /** However slow they are; also as long as nothing is known of them. */
  readonly mostMs: number;
}

/** Learns from the times that something took how long it may take before it has to be asked for again. */
export class UsualTime {
  readonly #limits: TimeLimits;
  readonly #times: number[] = [];

  constructor(limits: TimeLimits) {
    this.#limits = limits;
  }

  took(ms: number): void {
    this.#times.push(ms);
    if (this.#times.length > REMEMBERED) this.#times.shift();
  }

  get isKnown(): boolean {
    return this.#times.length > 0;
  }

  get limitMs(): number {
    const { leastMs, mostMs } = this.#limits;
    if (!this.isKnown) return mostMs;
    const sorted = [...this.#times].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return Math.max(leastMs, Math.min(mostMs, PATIENCE * median));
  }

  /** The limit for what was asked for so many times in vain: twice as long each time, so that asking never becomes a load. */
  limitAfterMs(times: number): number {
    return Math.max(this.limitMs, Math.min(this.#limits.mostMs, this.limitMs * 2 ** times));
  }
}

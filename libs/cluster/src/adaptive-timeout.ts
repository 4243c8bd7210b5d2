/** Durations that are remembered. */
const REMEMBERED = 32;
/** The timeout in medians of the observed durations. */
const MEDIANS = 20;

export interface TimeoutBounds {
  /** The timeout is never shorter. */
  readonly leastMs: number;
  /** The timeout is never longer, and this long until a duration has been observed. */
  readonly mostMs: number;
}

/** A timeout that is learned from how long the thing that is waited for took so far. */
export class AdaptiveTimeout {
  protected readonly bounds: TimeoutBounds;
  readonly #durations: number[] = [];

  constructor(bounds: TimeoutBounds) {
    this.bounds = bounds;
  }

  observe(durationMs: number): void {
    this.#durations.push(durationMs);
    if (this.#durations.length > REMEMBERED) this.#durations.shift();
  }

  /** Whether a duration has been observed. */
  get isKnown(): boolean {
    return this.#durations.length > 0;
  }

  get limitMs(): number {
    const { leastMs, mostMs } = this.bounds;
    if (!this.isKnown) return mostMs;
    const sorted = [...this.#durations].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return Math.max(leastMs, Math.min(mostMs, MEDIANS * median));
  }

  /** The timeout after `repeats` repetitions of a request: it doubles with each, so that repeating never becomes a load. */
  limitAfterMs(repeats: number): number {
    return Math.max(this.limitMs, Math.min(this.bounds.mostMs, this.limitMs * 2 ** repeats));
  }
}

/** Rounds that are not counted after a start or a pause: the first ones fill pipelines and warm caches. */
const WARM_UP_ROUNDS = 5;

/** Times rounds from one commit to the next; a pause (an evaluation) belongs to none. */
export class RoundClock {
  readonly #durations: number[] = [];
  #lastMs: number | null = null;
  #skipped = 0;

  /** A round is in the weights. */
  tick(): void {
    const now = performance.now();
    if (this.#lastMs !== null && this.#skipped >= WARM_UP_ROUNDS) this.#durations.push(now - this.#lastMs);
    this.#lastMs = now;
    this.#skipped += 1;
  }

  restart(): void {
    this.#lastMs = null;
    this.#skipped = 0;
  }

  /** Milliseconds; 0 before any round was counted. */
  get median(): number {
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}

/** Commits whose distances are remembered. */
const REMEMBERED = 32;
/** A step that takes so many times as long as usual does not come by itself. */
const PATIENCE = 20;

export interface ProgressLimits {
  /** However fast the steps are. */
  readonly leastMs: number;
  /** However slow they are; also as long as nothing is known of them. */
  readonly mostMs: number;
}

/** Learns from a run how long a step may take before somebody else has to compute it. */
export class ProgressDeadline {
  readonly #limits: ProgressLimits;
  readonly #distances: number[] = [];
  /** When the oldest open step could have begun; null while nothing is open. */
  #sinceMs: number | null = null;
  /** The last time that it was dealt anew. */
  #dealtMs = 0;

  constructor(limits: ProgressLimits) {
    this.#limits = limits;
  }

  /** A step was handed out. */
  opened(nowMs: number): void {
    if (this.#sinceMs !== null) return;
    this.#sinceMs = nowMs;
    this.#dealtMs = nowMs;
  }

  /** A step is in the weights. */
  committed(nowMs: number, left: number): void {
    if (this.#sinceMs !== null) {
      this.#distances.push(nowMs - this.#sinceMs);
      if (this.#distances.length > REMEMBERED) this.#distances.shift();
    }
    this.#sinceMs = left > 0 ? nowMs : null;
    this.#dealtMs = nowMs;
  }

  /** What was open is dealt anew, or can be computed again. */
  dealt(nowMs: number): void {
    this.#dealtMs = nowMs;
  }

  /** Nobody could have got on until now. */
  wait(nowMs: number): void {
    if (this.#sinceMs === null) return;
    this.#sinceMs = nowMs;
    this.#dealtMs = nowMs;
  }

  clear(): void {
    this.#sinceMs = null;
  }

  /** Whether the last deal has had its time. */
  isLate(nowMs: number): boolean {
    return this.#sinceMs !== null && nowMs - this.#dealtMs > this.limitMs;
  }

  /** Whether no deal has helped. */
  isStuck(nowMs: number): boolean {
    return this.#sinceMs !== null && nowMs - this.#sinceMs > Math.max(this.#limits.mostMs, 3 * this.limitMs);
  }

  /** Whether a step has been committed so far. */
  get hasLearned(): boolean {
    return this.#distances.length > 0;
  }

  get limitMs(): number {
    const { leastMs, mostMs } = this.#limits;
    if (this.#distances.length === 0) return mostMs;
    const sorted = [...this.#distances].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return Math.max(leastMs, Math.min(mostMs, PATIENCE * median));
  }
}

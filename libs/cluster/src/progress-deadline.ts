import { UsualTime, type TimeLimits } from './usual-time.js';

/** Learns from a run how long a step may take before somebody else has to compute it. */
export class ProgressDeadline {
  readonly #limits: TimeLimits;
  readonly #distance: UsualTime;
  /** When the oldest open step could have begun; null while nothing is open. */
  #sinceMs: number | null = null;
  /** The last time that it was dealt anew. */
  #dealtMs = 0;

  constructor(limits: TimeLimits) {
    this.#limits = limits;
    this.#distance = new UsualTime(limits);
  }

  /** A step was handed out. */
  opened(nowMs: number): void {
    if (this.#sinceMs !== null) return;
    this.#sinceMs = nowMs;
    this.#dealtMs = nowMs;
  }

  /** A step is in the weights. */
  committed(nowMs: number, left: number): void {
    if (this.#sinceMs !== null) this.#distance.took(nowMs - this.#sinceMs);
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
    return this.#distance.isKnown;
  }

  get limitMs(): number {
    return this.#distance.limitMs;
  }
}

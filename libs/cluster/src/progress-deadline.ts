import { AdaptiveTimeout } from './adaptive-timeout.js';

/** Learns from the time between two commits how long a step may take before other workers compute it. */
export class ProgressDeadline extends AdaptiveTimeout {
  /** When the oldest open step could have begun; null while no step is open. */
  #sinceMs: number | null = null;
  /** When the oldest open step was assigned last. */
  #assignedMs = 0;

  /** A step was assigned for the first time. */
  opened(nowMs: number): void {
    if (this.#sinceMs !== null) return;
    this.#sinceMs = nowMs;
    this.#assignedMs = nowMs;
  }

  /** A step was committed, and `open` steps are left. */
  committed(nowMs: number, open: number): void {
    if (this.#sinceMs !== null) this.observe(nowMs - this.#sinceMs);
    this.#sinceMs = open > 0 ? nowMs : null;
    this.#assignedMs = nowMs;
  }

  /** The open steps were assigned again. */
  reassigned(nowMs: number): void {
    this.#assignedMs = nowMs;
  }

  /** No worker could have made progress until now. */
  restart(nowMs: number): void {
    if (this.#sinceMs === null) return;
    this.#sinceMs = nowMs;
    this.#assignedMs = nowMs;
  }

  /** No step is waited for any more. */
  clear(): void {
    this.#sinceMs = null;
  }

  /** Whether the time for the last assignment of the oldest step is over. */
  isLate(nowMs: number): boolean {
    return this.#sinceMs !== null && nowMs - this.#assignedMs > this.limitMs;
  }

  /** Whether the oldest step was not committed however often it was assigned again. */
  isStuck(nowMs: number): boolean {
    return this.#sinceMs !== null && nowMs - this.#sinceMs > Math.max(this.bounds.mostMs, 3 * this.limitMs);
  }
}

import type { Occupation, Span } from '@lethe/protocol';

/** Records what a step spends its time on. */
export class StepClock {
  readonly spans: Span[] = [];

  measure<Result>(occupation: Occupation, work: () => Result): Result {
    const started = performance.now();
    const result = work();
    this.#note(occupation, started);
    return result;
  }

  async measureAsync<Result>(occupation: Occupation, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    const result = await work();
    this.#note(occupation, started);
    return result;
  }

  #note(occupation: Occupation, started: number): void {
    this.spans.push({ occupation, beganMs: performance.timeOrigin + started, lastedMs: performance.now() - started });
  }
}

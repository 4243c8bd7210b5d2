import { Output, type OutputStream } from './output.js';
import {
  describeEpoch, describeExamples, describeMeasuring, describeProgress, describeReading, type ExamplesProgress, type ExamplesReporter,
  type MeasuringProgress, type Reporter, type RunProgress,
} from './progress.js';
import { type Clock, monotonicSeconds } from './rate-meter.js';

export interface PlainReporterOptions {
  readonly output: OutputStream;
  /** The least time between two lines of progress (for plain lines only). */
  readonly intervalSeconds?: number;
  readonly clock?: Clock;
}

/** One line every few seconds and at the end of each epoch: for files, pipes and continuous integration. */
export class PlainReporter implements Reporter, ExamplesReporter {
  private readonly output: Output;
  private readonly intervalSeconds: number;
  private readonly clock: Clock;
  private lastSeconds = -Infinity;
  private lastReadSeconds: number | undefined;
  private lastMeasuredSeconds = -Infinity;
  private lastExamplesSeconds: number | undefined;

  constructor(options: PlainReporterOptions) {
    this.output = new Output(options.output);
    this.intervalSeconds = options.intervalSeconds ?? 5;
    this.clock = options.clock ?? monotonicSeconds;
  }

  update(progress: RunProgress): void {
    const seconds = this.clock();
    if (seconds - this.lastSeconds < this.intervalSeconds) return;
    this.lastSeconds = seconds;
    this.output.writeLine(describeProgress(progress));
  }

  stage(what: string): void {
    this.output.writeLine(what);
  }

  reading(done: number, total: number): void {
    const seconds = this.clock();
    // Data that are read at once need no line.
    this.lastReadSeconds ??= seconds;
    if (seconds - this.lastReadSeconds < this.intervalSeconds) return;
    this.lastReadSeconds = seconds;
    this.output.writeLine(describeReading(done, total));
  }

  measuring(progress: MeasuringProgress): void {
    const seconds = this.clock();
    if (progress.share === 1 || seconds - this.lastMeasuredSeconds < this.intervalSeconds) return;
    this.lastMeasuredSeconds = seconds;
    this.output.writeLine(describeMeasuring(progress));
  }

  examples(progress: ExamplesProgress): void {
    const seconds = this.clock();
    this.lastExamplesSeconds ??= seconds;
    if (progress.share === 1 || seconds - this.lastExamplesSeconds < this.intervalSeconds) return;
    this.lastExamplesSeconds = seconds;
    this.output.writeLine(describeExamples(progress));
  }

  endEpoch(progress: RunProgress, scores: Readonly<Record<string, number>>): void {
    this.lastSeconds = this.clock();
    this.output.writeLine(describeEpoch(progress, scores));
  }

  notice(line: string): void {
    this.output.writeLine(line);
  }

  close(): void {
    // There is no display to end.
  }
}

/** Shows no progress, only notices. */
export class QuietReporter implements Reporter {
  readonly #output: Output;

  constructor(output: OutputStream) {
    this.#output = new Output(output);
  }

  update(): void {
    // No progress is shown.
  }

  stage(): void {
    // No progress is shown.
  }

  reading(): void {
    // No progress is shown.
  }

  measuring(): void {
    // No progress is shown.
  }

  endEpoch(): void {
    // No progress is shown.
  }

  notice(line: string): void {
    this.#output.writeLine(line);
  }

  close(): void {
    // There is no display to end.
  }
}

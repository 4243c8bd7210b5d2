import cliProgress from 'cli-progress';
import { Output, type OutputStream } from './output.js';
import { PlainReporter, type PlainReporterOptions } from './plain-reporter.js';
import {
  describeBriefly, describeEpoch, describeExamples, describeMeasuring, describeReading, type ExamplesProgress, type ExamplesReporter,
  type MeasuringProgress, type Reporter, type RunProgress,
} from './progress.js';

/** Columns of the bar itself on a wide and on a narrow terminal. */
const WIDE_BAR = 24;
const NARROW_BAR = 12;
const WIDE_TERMINAL = 110;

/** A progress bar on a terminal, plain lines anywhere else. */
export function createReporter(options: PlainReporterOptions): Reporter & ExamplesReporter {
  return options.output.isTTY === true ? new TerminalReporter(options.output) : new PlainReporter(options);
}

/** A live progress bar on the last line of a terminal, notices above it. */
class TerminalReporter implements Reporter, ExamplesReporter {
  private readonly output: Output;
  /** Where it is known how much there is to do. */
  private readonly bar: cliProgress.SingleBar;
  /** Where it is not: what is done, and how long it has taken so far. */
  private readonly stageLine: cliProgress.SingleBar;
  /** What the last line shows; null: nothing. */
  private last: LastLine | null = null;
  private closed = false;

  constructor(stream: OutputStream) {
    this.output = new Output(stream, () => { this.stop(); });
    const options = {
      stream,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: (stream.columns ?? 80) >= WIDE_TERMINAL ? WIDE_BAR : NARROW_BAR,
      fps: 5,
      clearOnComplete: true,
      // The coordinator handles Ctrl-C.
      gracefulExit: false,
    };
    this.bar = new cliProgress.SingleBar({ ...options, format: '{bar}  {text}' });
    this.stageLine = new cliProgress.SingleBar({ ...options, format: '{text}  {duration_formatted}' });
  }

  update(progress: RunProgress): void {
    // A total of 0 would make the bar's share of the work 0/0.
    this.show({ by: this.bar, total: Math.max(1, progress.totalRounds), value: progress.round, text: describeBriefly(progress) });
  }

  stage(what: string): void {
    this.stop();
    this.show({ by: this.stageLine, total: 1, value: 0, text: what });
  }

  reading(done: number, total: number): void {
    if (done < total) this.show({ by: this.bar, total, value: done, text: describeReading(done, total) });
    else this.clear();
  }

  measuring(progress: MeasuringProgress): void {
    if (progress.share < 1) this.show({ by: this.bar, total: 1, value: progress.share, text: describeMeasuring(progress) });
    else this.clear();
  }

  examples(progress: ExamplesProgress): void {
    if (progress.share < 1) this.show({ by: this.bar, total: 1, value: progress.share, text: describeExamples(progress) });
    else this.clear();
  }

  endEpoch(progress: RunProgress, scores: Readonly<Record<string, number>>): void {
    this.update(progress);
    this.notice(describeEpoch(progress, scores));
  }

  notice(line: string): void {
    // When a bar stops it returns to the place on the screen where it started: a line that scrolled the screen in between would be
    // overwritten. So the bar stops, the line is written in its place, and the bar starts below the line.
    this.stop();
    this.output.writeLine(line);
    if (this.last !== null) this.show(this.last);
  }

  close(): void {
    this.closed = true;
    this.clear();
  }

  private show(line: LastLine): void {
    if (this.closed || !this.output.open) return;
    if (this.last?.by !== line.by) this.stop();
    this.last = line;
    const { by, total, value, text } = line;
    if (by.isActive) {
      by.setTotal(total);
      by.update(value, { text });
    } else {
      by.start(total, value, { text });
    }
  }

  private clear(): void {
    this.last = null;
    this.stop();
  }

  private stop(): void {
    for (const bar of [this.bar, this.stageLine]) bar.stop();
  }
}

/** What is shown below the lines that stay. */
interface LastLine { readonly by: cliProgress.SingleBar; readonly total: number; readonly value: number; readonly text: string }

import cliProgress from 'cli-progress';
import { Output, type OutputStream } from './output.js';
import { PlainReporter, type PlainReporterOptions } from './plain-reporter.js';
import { describeBriefly, describeEpoch, describeProgress, type Reporter, type RunProgress } from './progress.js';

/** Columns of the bar itself on a wide and on a narrow terminal. */
const WIDE_BAR = 24;
const NARROW_BAR = 12;
const WIDE_TERMINAL = 110;

/** A progress bar on a terminal, plain lines anywhere else. */
export function createReporter(options: PlainReporterOptions): Reporter {
  return options.output.isTTY === true ? new TerminalReporter(options.output) : new PlainReporter(options);
}

/** A live progress bar on the last line of a terminal, notices above it. */
class TerminalReporter implements Reporter {
  private readonly output: Output;
  private readonly bar: cliProgress.SingleBar;
  private latest: RunProgress | undefined;
  private closed = false;

  constructor(stream: OutputStream) {
    this.output = new Output(stream, () => this.bar.stop());
    this.bar = new cliProgress.SingleBar({
      stream,
      format: '{bar}  {text}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: (stream.columns ?? 80) >= WIDE_TERMINAL ? WIDE_BAR : NARROW_BAR,
      fps: 5,
      clearOnComplete: true,
      // The coordinator handles Ctrl-C.
      gracefulExit: false,
    });
  }

  update(progress: RunProgress): void {
    if (this.closed || !this.output.open) return;
    this.latest = progress;
    const { total, value, payload } = shown(progress);
    if (this.bar.isActive) {
      this.bar.setTotal(total);
      this.bar.update(value, payload);
    } else {
      this.bar.start(total, value, payload);
    }
  }

  endEpoch(progress: RunProgress, scores: Readonly<Record<string, number>>): void {
    this.latest = progress;
    this.notice(describeEpoch(progress, scores));
  }

  notice(line: string): void {
    // When the bar stops it returns to the place on the screen where it started: a line that scrolled the screen in between would be
    // overwritten. So the bar stops, the line is written in its place, and the bar starts below the line.
    this.bar.stop();
    this.output.writeLine(line);
    if (this.closed || this.latest === undefined || !this.output.open) return;
    const { total, value, payload } = shown(this.latest);
    this.bar.start(total, value, payload);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.bar.stop();
    // The last state stays visible, without the bar.
    if (this.latest !== undefined) this.output.writeLine(describeProgress({ ...this.latest, secondsLeft: null }));
  }
}

function shown(progress: RunProgress): { total: number; value: number; payload: { text: string } } {
  // A total of 0 would make the bar's share of the work 0/0.
  return { total: Math.max(1, progress.totalRounds), value: progress.round, payload: { text: describeBriefly(progress) } };
}

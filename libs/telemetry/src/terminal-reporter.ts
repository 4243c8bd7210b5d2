import cliProgress from 'cli-progress';
import { Output, type OutputStream } from './output.js';
import { PlainReporter, type PlainReporterOptions } from './plain-reporter.js';
import { describeBriefly, describeEpoch, describeProgress, describeReading, type Reporter, type RunProgress } from './progress.js';

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
  private read: BarState | undefined;
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
    this.read = undefined;
    this.show(shown(progress));
  }

  reading(done: number, total: number): void {
    if (this.closed || !this.output.open) return;
    this.read = done < total ? { total, value: done, payload: { text: describeReading(done, total) } } : undefined;
    if (this.read === undefined) this.bar.stop();
    else this.show(this.read);
  }

  private show({ total, value, payload }: BarState): void {
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
    const state = this.read ?? (this.latest === undefined ? undefined : shown(this.latest));
    if (this.closed || state === undefined || !this.output.open) return;
    this.bar.start(state.total, state.value, state.payload);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.bar.stop();
    // The last state stays visible, without the bar.
    if (this.latest !== undefined) this.output.writeLine(describeProgress({ ...this.latest, secondsLeft: null }));
  }
}

/** What the bar shows. */
interface BarState { readonly total: number; readonly value: number; readonly payload: { readonly text: string } }

function shown(progress: RunProgress): BarState {
  // A total of 0 would make the bar's share of the work 0/0.
  return { total: Math.max(1, progress.totalRounds), value: progress.round, payload: { text: describeBriefly(progress) } };
}

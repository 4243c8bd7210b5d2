import { describeEpoch, type MeasuringProgress, type Reporter, type RunProgress } from '../progress.js';
import { AlikeLines } from './alike-lines.js';
import type { Log, LogFields } from './log.js';
import { LoggedNotices } from './logged-notices.js';

/** Shows the progress of a run, and writes what stays on the terminal into its log too. */
export class LoggedReporter implements Reporter {
  readonly #shown: Reporter;
  readonly #notices: LoggedNotices;
  readonly #epochs = new AlikeLines();
  #log: Log | null = null;

  constructor(shown: Reporter) {
    this.#shown = shown;
    this.#notices = new LoggedNotices((line) => { shown.notice(line); });
  }

  /** From now on there is a log: it gets what was said before, too. */
  keep(log: Log): void {
    this.#log = log;
    this.#notices.keep(log);
  }

  update(progress: RunProgress): void {
    const { losses, round, examplesPerSecond } = progress;
    this.#log?.debug({ losses, examplesPerSecond: Math.round(examplesPerSecond) }, `round ${round} is over`);
    this.#shown.update(progress);
  }

  stage(what: string): void {
    this.#notices.write(what);
    this.#shown.stage(what);
  }

  reading(done: number, total: number): void {
    this.#shown.reading(done, total);
  }

  measuring(progress: MeasuringProgress): void {
    this.#log?.debug({ done: progress.done, total: progress.total }, progress.what);
    this.#shown.measuring(progress);
  }

  endEpoch(progress: RunProgress, scores: Readonly<Record<string, number>>): void {
    // Those of small data last less than a second.
    const level = this.#epochs.count('epoch') === null ? 'debug' : 'info';
    this.#log?.[level]({ losses: progress.losses, scores }, describeEpoch(progress, scores));
    this.#shown.endEpoch(progress, scores);
  }

  /** @param about facts for the log alone */
  notice(line: string, about: LogFields = {}): void {
    this.#notices.notice(line, about);
  }

  close(): void {
    this.#shown.close();
  }
}

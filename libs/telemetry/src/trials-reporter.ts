import cliProgress from 'cli-progress';
import type { OutputStream } from './output.js';

export interface TrialProgress {
  readonly name: string;
  /** Its settings, in short. */
  readonly text: string;
  readonly epoch: number;
  /** Null: its length is given in rounds. */
  readonly totalEpochs: number | null;
}

const BARS = {
  format: '{name} {bar} {value}/{total} epochs  {text}', barsize: 20, clearOnComplete: true, hideCursor: true, gracefulExit: false, fps: 4,
};
/** Least time between two lines about a trial that runs. */
const LINE_EVERY_MS = 5000;

/** Shows trials side by side: a live table of bars on a terminal, plain lines anywhere else. */
export class TrialsReporter {
  readonly #output: OutputStream;
  readonly #bars: cliProgress.MultiBar | null;
  readonly #lastLineMs = new Map<string, number>();
  readonly #byTrial = new Map<string, cliProgress.SingleBar>();

  constructor(output: OutputStream) {
    this.#output = output;
    this.#bars = output.isTTY === true
      ? new cliProgress.MultiBar({ ...BARS, stream: output })
      : null;
  }

  update({ name, text, epoch, totalEpochs }: TrialProgress): void {
    if (this.#bars === null) {
      const position = totalEpochs === null ? String(epoch) : `${epoch}/${totalEpochs}`;
      if (epoch > 0 && this.#isTime(name)) this.notice(`${name}  epoch ${position}  ${text}`);
      return;
    }
    const bar = this.#byTrial.get(name) ?? this.#bars.create(totalEpochs ?? epoch, epoch, { name, text });
    this.#byTrial.set(name, bar);
    if (totalEpochs === null) bar.setTotal(Math.max(1, epoch));
    bar.update(epoch, { name, text });
  }

  /** Whether the next line about a trial is due: a line for every short epoch would fill a log. */
  #isTime(name: string): boolean {
    const now = performance.now();
    const isDue = now - (this.#lastLineMs.get(name) ?? -Infinity) >= LINE_EVERY_MS;
    if (isDue) this.#lastLineMs.set(name, now);
    return isDue;
  }

  /** Shows the end of a trial: its bar goes, a line stays. */
  end(name: string, line: string): void {
    const bar = this.#byTrial.get(name);
    if (bar !== undefined) this.#bars?.remove(bar);
    this.#byTrial.delete(name);
    this.notice(line);
  }

  notice(line: string): void {
    if (this.#bars?.isActive === true) this.#bars.log(`${line}\n`);
    else this.#output.write(`${line}\n`);
  }

  close(): void {
    this.#bars?.stop();
  }
}

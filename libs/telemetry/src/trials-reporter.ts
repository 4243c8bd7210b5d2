import cliProgress from 'cli-progress';
import { Output, type OutputStream } from './output.js';

/** How far a trial is. */
export interface TrialProgress {
  readonly name: string;
  /** Its settings and figures, in short. */
  readonly text: string;
  /** What its length is counted in. */
  readonly unit: 'epoch' | 'round';
  readonly done: number;
  readonly total: number;
  /** It has been trained; what it has learnt is being measured. */
  readonly isMeasuring: boolean;
}

const BARS = {
  format: '{name} {bar} {position}  {text}', barsize: 20, clearOnComplete: true, hideCursor: true, gracefulExit: false, fps: 4,
};
/** Least time between two lines about a trial that runs. */
const LINE_EVERY_MS = 5000;

interface Line { readonly text: string; readonly writtenMs: number }

interface Bars { readonly all: cliProgress.MultiBar; readonly byTrial: Map<string, cliProgress.SingleBar> }

/** Shows trials side by side: a live table of bars on a terminal, plain lines anywhere else. */
export class TrialsReporter {
  readonly #output: Output;
  readonly #running = new Map<string, TrialProgress>();
  readonly #lastLines = new Map<string, Line>();
  #bars: Bars | null = null;

  constructor(stream: OutputStream) {
    this.#output = new Output(stream, () => { this.#hide(); });
  }

  update(progress: TrialProgress): void {
    if (!this.#output.open) return;
    if (this.#output.stream.isTTY !== true) {
      this.#writeLine(progress);
      return;
    }
    this.#running.set(progress.name, progress);
    const bar = this.#bars?.byTrial.get(progress.name);
    if (bar === undefined) {
      this.#hide();
      this.#show();
    } else {
      bar.setTotal(totalOf(progress));
      bar.update(doneOf(progress), payloadOf(progress));
    }
  }

  /** A line for every short epoch would fill a log; that measuring has begun is said at once. */
  #writeLine({ name, unit, done, total, isMeasuring, text }: TrialProgress): void {
    if (done === 0 && !isMeasuring) return;
    const line = `${name}  ${isMeasuring ? 'measuring' : `${unit} ${done}/${total}`}  ${text}`.trimEnd();
    const [now, last] = [performance.now(), this.#lastLines.get(name)];
    if (line === last?.text || (!isMeasuring && now - (last?.writtenMs ?? -Infinity) < LINE_EVERY_MS)) return;
    this.#lastLines.set(name, { text: line, writtenMs: now });
    this.notice(line);
  }

  /** Shows the end of a trial: its bar goes, a line stays. */
  end(name: string, line: string): void {
    this.#running.delete(name);
    this.notice(line);
  }

  /** Shows a line that stays, above the bars. */
  notice(line: string): void {
    // Bars switch the wrapping of lines off, and keep what is logged beside them until they are drawn again: they go for the line, so that
    // all of it is seen, and the last one too.
    this.#hide();
    this.#output.writeLine(line);
    this.#show();
  }

  close(): void {
    this.#running.clear();
    this.#hide();
  }

  #show(): void {
    if (this.#running.size === 0 || !this.#output.open) return;
    const all = new cliProgress.MultiBar({ ...BARS, stream: this.#output.stream });
    const byTrial = new Map([...this.#running.values()].map((progress) =>
      [progress.name, all.create(totalOf(progress), doneOf(progress), payloadOf(progress))] as const));
    all.update();
    this.#bars = { all, byTrial };
  }

  #hide(): void {
    this.#bars?.all.stop();
    this.#bars = null;
  }
}

/** A total of 0 would make the bar's share of the work 0/0. */
function totalOf({ total }: TrialProgress): number {
  return Math.max(1, total);
}

/** A bar that is full while a trial is measured, also where training stopped early. */
function doneOf(progress: TrialProgress): number {
  return progress.isMeasuring ? totalOf(progress) : Math.min(progress.done, totalOf(progress));
}

function payloadOf({ name, unit, done, total, isMeasuring, text }: TrialProgress): { name: string; position: string; text: string } {
  return { name, position: isMeasuring ? 'measuring' : `${done}/${total} ${unit}s`, text };
}

import { Output, type OutputStream } from './output.js';
import type { Reporter } from './progress.js';

/** No progress: only what is to be noticed. */
export class QuietReporter implements Reporter {
  readonly #output: Output;

  constructor(output: OutputStream) {
    this.#output = new Output(output);
  }

  update(): void {
    // nobody watches
  }

  endEpoch(): void {
    // nobody watches
  }

  notice(line: string): void {
    this.#output.writeLine(line);
  }

  close(): void {
    // nothing is on display
  }
}

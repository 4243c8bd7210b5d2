import type { Writable } from 'node:stream';
import { printable } from './printable.js';

/** Standard output or error; any stream in a test. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Text to a stream whose reader may go away (`lethe train | head`). Once writing fails, nothing more is written and nothing is thrown:
 * a run must not end because its output is no longer read.
 */
export class Output {
  private gone = false;
  private readonly onError = (): void => {
    this.gone = true;
    this.onGone?.();
  };

  constructor(
    readonly stream: OutputStream,
    private readonly onGone?: () => void,
  ) {
    stream.on('error', this.onError);
  }

  /** False once writing has failed or the stream has ended. */
  get open(): boolean {
    return !this.gone && this.stream.writable;
  }

  writeLine(line: string): void {
    if (this.open) this.stream.write(`${printable(line)}\n`);
  }
}

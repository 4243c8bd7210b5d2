import type { Writable } from 'node:stream';

/** Where a person reads along: standard output or error, or any stream in a test. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Text to a stream whose reader may go away (`lethe train | head`): once writing fails, nothing more is written and
 * nothing is thrown. A run must not end because nobody watches it.
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

  /** True while somebody may be reading. */
  get open(): boolean {
    return !this.gone && this.stream.writable;
  }

  writeLine(line: string): void {
    if (this.open) this.stream.write(`${line}\n`);
  }
}

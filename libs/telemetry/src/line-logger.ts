import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { stripVTControlCharacters } from 'node:util';

export interface LineLoggerOptions {
  /** Receives every line, without its end and without control sequences. */
  readonly write: (line: string) => void;
  /** Put before each line that is written ("worker-1: "). */
  readonly prefix?: string;
  /** Lines remembered for the message when the process dies. */
  readonly remember?: number;
}

/** Passes on what a child process prints, line by line, and remembers the last lines. */
export class LineLogger {
  private readonly lines: string[] = [];

  constructor(private readonly options: LineLoggerOptions) {}

  /** Reads `stream` to its end; resolves when every line has been written. */
  async follow(stream: Readable): Promise<void> {
    // Not an asynchronous loop over the lines: one never ends when the stream breaks without an end.
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on('line', (line) => this.log(line));
    // The pipe of a killed process may break: readline passes the error on, and what was said before is here.
    lines.on('error', () => undefined);
    await finished(stream).catch(() => undefined);
    lines.close();
  }

  /** The last lines, oldest first, without the prefix. */
  lastLines(): readonly string[] {
    return this.lines;
  }

  private log(raw: string): void {
    const line = stripVTControlCharacters(raw).trimEnd();
    if (line === '') return;
    this.lines.push(line);
    if (this.lines.length > (this.options.remember ?? 20)) this.lines.shift();
    this.options.write(`${this.options.prefix ?? ''}${line}`);
  }
}

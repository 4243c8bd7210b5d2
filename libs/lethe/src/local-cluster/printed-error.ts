import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** So much of what a process printed last is looked at. */
const LAST_BYTES = 16_384;

/** What a process says of the error that it ends with, in the file that takes what it prints. Those before it printed there too. */
export class PrintedError {
  readonly file: string;
  /** Bytes that others have printed. */
  readonly #begin: number;

  /** Made before the process is started. */
  constructor(file: string) {
    this.file = file;
    this.#begin = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** After its end. @returns what follows "error: " in the last line that begins so; null: there is none, or it cannot be read */
  read(): string | null {
    try {
      const lines = endOf(this.file, this.#begin).split('\n').filter((line) => line.startsWith('error: '));
      return lines.at(-1)?.slice('error: '.length) ?? null;
    } catch {
      // What is said of the end says less then.
      return null;
    }
  }
}

/** The last of what a file has from this byte on. @throws whatever the file system says */
function endOf(file: string, begin: number): string {
  const opened = openSync(file, 'r');
  try {
    const { size } = fstatSync(opened);
    const from = Math.max(begin, size - LAST_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    return bytes.toString('utf8', 0, readSync(opened, bytes, 0, bytes.length, from));
  } finally {
    closeSync(opened);
  }
}

import { readFile } from 'node:fs/promises';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { AppendingFile } from './appending-file.js';

/** The end of a round or of an epoch, with the number of completed rounds and the figures. */
export interface MetricsLine {
  readonly kind: 'round' | 'epoch';
  readonly round: number;
  readonly [figure: string]: string | number;
}

/**
 * The event in a line of `metrics.jsonl`; null for an incomplete line or any other text. JSON has no number that is not finite: such
 * a figure is written as null and read as NaN, so that it is not taken for 0.
 */
export function parseMetricsLine(line: string): MetricsLine | null {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null || !('round' in found) || typeof found.round !== 'number') return null;
  const figures = Object.entries(found).map(([name, value]: [string, unknown]): [string, unknown] => [name, value ?? Number.NaN]);
  return Object.fromEntries(figures) as unknown as MetricsLine;
}

/** `metrics.jsonl`: one line for every round and every epoch, however often the run was resumed. */
export class MetricsLog {
  readonly #file: AppendingFile;
  /** Events of earlier lives of the run that were kept. */
  readonly earlier: readonly MetricsLine[];

  private constructor(file: string, earlier: readonly MetricsLine[]) {
    this.#file = new AppendingFile(file);
    this.earlier = earlier;
  }

  /** Opens the file and keeps the events up to `rounds`. Later events and an incomplete last line are dropped. */
  static async open(file: string, rounds: number): Promise<MetricsLog> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      // Only a missing file means a new run: with any other error the lines would be overwritten.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw storageError(file, error);
    });
    const kept = text.split('\n').flatMap((line) => {
      const event = parseMetricsLine(line);
      return event !== null && event.round <= rounds ? [{ line, event }] : [];
    });
    await writeFileAtomically(file, [Buffer.from(kept.map(({ line }) => `${line}\n`).join(''))]);
    return new MetricsLog(file, kept.map(({ event }) => event));
  }

  append(line: MetricsLine): void {
    this.#file.append(Buffer.from(`${JSON.stringify(line)}\n`));
  }

  /** @throws LetheError STORAGE_FAILED; the next call tries again */
  flush(): Promise<void> {
    return this.#file.flush();
  }

  async close(): Promise<void> {
    await this.flush();
  }
}

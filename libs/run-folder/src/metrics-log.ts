import { readFile } from 'node:fs/promises';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { AppendingFile } from './appending-file.js';

/** One event: `kind` "round" or "epoch", `round` the rounds completed, and its figures. */
export interface MetricsLine {
  readonly kind: 'round' | 'epoch';
  readonly round: number;
  readonly [figure: string]: string | number;
}

/**
 * The event in a line of `metrics.jsonl`; null for a line that is torn or none of a run's. JSON has no word for a figure that is not
 * finite: it is written as null, and is read as NaN, so that nobody takes it for 0.
 */
export function parseMetricsLine(line: string): MetricsLine | null {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null || !('round' in found) || typeof found.round !== 'number') return null;
  return Object.fromEntries(Object.entries(found).map(([name, value]: [string, unknown]) => [name, value ?? Number.NaN])) as unknown as MetricsLine;
}

/** `metrics.jsonl`: a line for every round and epoch, each once however often the run was resumed. */
export class MetricsLog {
  readonly #file: AppendingFile;
  /** What was kept of before. */
  readonly earlier: readonly MetricsLine[];

  private constructor(file: string, earlier: readonly MetricsLine[]) {
    this.#file = new AppendingFile(file);
    this.earlier = earlier;
  }

  /** Keeps what happened up to `rounds`; a torn last line is dropped too. */
  static async open(file: string, rounds: number): Promise<MetricsLog> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      // Anything else than a new run must not be taken for one: the lines would be overwritten.
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

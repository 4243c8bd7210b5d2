import { readFile } from 'node:fs/promises';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { AppendingFile } from './appending-file.js';

/** One event: `kind` "round" or "epoch", `round` the rounds completed, and its figures. */
export interface MetricsLine {
  readonly kind: 'round' | 'epoch';
  readonly round: number;
  readonly [figure: string]: string | number;
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
    const kept = text.split('\n').filter((line) => isUpTo(line, rounds));
    await writeFileAtomically(file, [Buffer.from(kept.map((line) => `${line}\n`).join(''))]);
    return new MetricsLog(file, kept.map((line) => JSON.parse(line) as MetricsLine));
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

function isUpTo(line: string, rounds: number): boolean {
  try {
    return (JSON.parse(line) as MetricsLine).round <= rounds;
  } catch {
    return false;
  }
}

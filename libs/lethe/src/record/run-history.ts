import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseMetricsLine, type MetricsLine } from '@lethe/run-folder';
import { Changes } from '../changes.js';

/** Lines that are kept in memory for those who follow the run. More than the record holds back before it writes them. */
const KEPT = 256;

/** The file with every line, and how many of them were written before this run went on. */
interface WrittenLines { readonly file: string; readonly earlier: number }

/**
 * The lines of a run's `metrics.jsonl`, for any number of followers, each at its own pace and from the first line. The last ones come out
 * of memory; whoever is farther behind reads the file. So a slow follower misses nothing, holds nothing up, and takes no memory.
 */
export class RunHistory {
  readonly #recent: MetricsLine[] = [];
  /** Number of the first line that is still in memory. */
  #first = 0;
  #written: WrittenLines | null = null;
  #end: { readonly error: Error | null } | null = null;
  readonly #changes = new Changes();

  /** Says where the lines are written. */
  open(written: WrittenLines): void {
    this.#written = written;
  }

  push(line: MetricsLine): void {
    this.#recent.push(line);
    if (this.#recent.length > KEPT) {
      this.#recent.shift();
      this.#first += 1;
    }
    this.#changes.notify();
  }

  /** No more lines come. @param failure what followers are to hear; undefined: nothing went wrong */
  end(failure?: unknown): void {
    const isError = failure === undefined || failure instanceof Error;
    this.#end = { error: isError ? (failure ?? null) : new Error('the run failed', { cause: failure }) };
    this.#changes.notify();
  }

  /** Every line since this process began to play the run. @throws what ended the run */
  async *lines(): AsyncGenerator<MetricsLine, void, undefined> {
    let next = 0;
    for (;;) {
      const changed = this.#changes.next;
      if (next < this.#first) {
        const before = next;
        for await (const line of this.#readFrom(next)) {
          next += 1;
          yield line;
        }
        // Not in the file yet: a full disk has its lines later, or never.
        if (next === before && this.#end === null) await changed;
        else if (next === before) next = this.#first;
        continue;
      }
      const line = this.#recent[next - this.#first];
      if (line !== undefined) {
        next += 1;
        yield line;
      } else if (this.#end === null) {
        await changed;
      } else {
        if (this.#end.error !== null) throw this.#end.error;
        return;
      }
    }
  }

  /** Lines of the file, from that number to the last complete one. */
  async *#readFrom(number: number): AsyncGenerator<MetricsLine, void, undefined> {
    if (this.#written === null) return;
    const { file, earlier } = this.#written;
    let left = earlier + number;
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      if (left-- > 0) continue;
      const line = parseMetricsLine(text);
      if (line === null) return;
      yield line;
    }
  }
}

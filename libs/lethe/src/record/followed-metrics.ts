import type { Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { parseMetricsLine, type MetricsLine } from '@lethe/run-folder';
import { metricsFile } from './metrics.js';

/** The kind comes first in a line: the many lines of rounds are not parsed to find those of epochs. */
const EPOCH = '{"kind":"epoch"';

/**
 * What a run's `metrics.jsonl` says while the run goes on. A look reads only what was appended since the look before. A file that was
 * written anew, as for a run that is resumed, is read from its beginning, and so is one that has become shorter.
 */
export class FollowedMetrics {
  readonly #file: string;
  /** Which file was read; empty: none. */
  #identity = '';
  /** Bytes that were read: whole lines alone. */
  #readBytes = 0;
  #rounds = 0;
  #epochs: MetricsLine[] = [];
  #looking: Promise<void> = Promise.resolve();

  /** @param runFolder absolute path of the run's folder */
  constructor(runFolder: string) {
    this.#file = metricsFile(runFolder);
  }

  /** Rounds that the run has completed; 0 where it has none. */
  async rounds(): Promise<number> {
    await this.#look();
    return this.#rounds;
  }

  /** The lines of epochs; none where there is no such file. */
  async epochs(): Promise<readonly MetricsLine[]> {
    await this.#look();
    return this.#epochs;
  }

  /** One look after the other. A file that cannot be read says nothing, until it can. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      const file = await open(this.#file).catch(() => null);
      try {
        if (file === null) this.#forget('');
        else await this.#read(file, await file.stat());
      } finally {
        await file?.close();
      }
    }).catch(() => { this.#forget(''); });
    return this.#looking;
  }

  async #read(file: FileHandle, { ino, birthtimeMs, size }: Stats): Promise<void> {
    const identity = `${ino} ${birthtimeMs}`;
    if (identity !== this.#identity || size < this.#readBytes) this.#forget(identity);
    if (size === this.#readBytes) return;
    const appended = Buffer.alloc(size - this.#readBytes);
    const { bytesRead } = await file.read({ buffer: appended, position: this.#readBytes });
    const end = appended.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    this.#readBytes += end;
    const lines = appended.toString('utf8', 0, end).split('\n');
    for (const line of lines) {
      const epoch = line.startsWith(EPOCH) ? parseMetricsLine(line) : null;
      if (epoch !== null) this.#epochs.push(epoch);
    }
    const last = lines.findLast((line) => parseMetricsLine(line) !== null);
    if (last !== undefined) this.#rounds = parseMetricsLine(last)?.round ?? this.#rounds;
  }

  #forget(identity: string): void {
    [this.#identity, this.#readBytes, this.#rounds, this.#epochs] = [identity, 0, 0, []];
  }
}

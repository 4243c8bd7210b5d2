import { appendFile, stat, truncate } from 'node:fs/promises';
import { storageError } from '@lethe/checkpoint';

/** A file that grows at its end. What cannot be written is kept until it can: a disk that was full for a moment costs nothing. */
export class AppendingFile {
  readonly #file: string;
  #pending: Uint8Array[] = [];
  #written: Promise<void> = Promise.resolve();
  /** Bytes after which a write that failed may have left a part of itself; null: it is all whole. */
  #tornAfter: number | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** Comes to the file with the next flush. */
  append(bytes: Uint8Array): void {
    this.#pending.push(bytes);
  }

  /**
   * Writes what is not written yet, one call after another, so that it keeps its order.
   * @throws LetheError STORAGE_FAILED; the next call tries again
   */
  flush(): Promise<void> {
    this.#written = this.#written.catch(() => undefined).then(() => this.#write());
    return this.#written;
  }

  async #write(): Promise<void> {
    const pending = [...this.#pending];
    if (pending.length === 0) return;
    try {
      this.#tornAfter = await this.#mended();
      await appendFile(this.#file, Buffer.concat(pending));
    } catch (error) {
      throw storageError(this.#file, error);
    }
    this.#tornAfter = null;
    this.#pending = this.#pending.slice(pending.length);
  }

  /** Cuts off what is torn. @returns the length of what is whole; null for a device, which has none */
  async #mended(): Promise<number | null> {
    const found = await stat(this.#file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    });
    if (found?.isFile() === false) return this.#tornAfter;
    const size = found?.size ?? 0;
    if (this.#tornAfter === null || this.#tornAfter >= size) return size;
    await truncate(this.#file, this.#tornAfter);
    return this.#tornAfter;
  }
}

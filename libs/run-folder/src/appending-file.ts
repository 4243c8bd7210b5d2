import { appendFile, stat, truncate } from 'node:fs/promises';
import { storageError } from '@lethe/checkpoint';

/** A file that grows at its end. Bytes that cannot be written are kept until they can: a disk that was full for a while costs nothing. */
export class AppendingFile {
  readonly #file: string;
  #pending: Uint8Array[] = [];
  #written: Promise<void> = Promise.resolve();
  /** Length up to which the file is whole, if a failed write may have left a part of its bytes after it; null: the whole file is. */
  #tornAfter: number | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** Bytes for the next flush. */
  append(bytes: Uint8Array): void {
    this.#pending.push(bytes);
  }

  /**
   * Writes all appended bytes in order. Calls run one after another.
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
      this.#tornAfter = await this.#repaired();
      await appendFile(this.#file, Buffer.concat(pending));
    } catch (error) {
      throw storageError(this.#file, error);
    }
    this.#tornAfter = null;
    this.#pending = this.#pending.slice(pending.length);
  }

  /** Cuts off what a failed write has left. @returns the length of the file; null for a device, which has no length */
  async #repaired(): Promise<number | null> {
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

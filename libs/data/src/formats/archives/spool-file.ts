import { closeSync, open, read, unlink, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const [openFile, readFile, writeFile, unlinkFile] = [promisify(open), promisify(read), promisify(write), promisify(unlink)];
const unused = new FinalizationRegistry<number>(closeSync);

/**
 * Unpacked bytes that memory need not hold. The file has no name from the beginning, so that nothing of it is left, however the
 * process ends; it goes when nobody can read it any more.
 */
export class SpoolFile {
  readonly #descriptor: number;
  #size = 0;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    unused.register(this, descriptor);
  }

  static async make(): Promise<SpoolFile> {
    const path = join(tmpdir(), `lethe-${randomUUID()}`);
    const spool = new SpoolFile(await openFile(path, 'wx+', 0o600));
    await unlinkFile(path);
    return spool;
  }

  /** Adds bytes at the end. */
  async add(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await writeFile(this.#descriptor, bytes, written, bytes.length - written, this.#size);
      written += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  /** The bytes at a position, fewer at the end. */
  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await readFile(this.#descriptor, bytes, filled, length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}

import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalidData } from '../../invalid-data.js';

/** Exactly `length` bytes at a position. @throws LetheError DATA_INVALID where fewer are there */
export type ReadBytes = (position: number, length: number) => Promise<Uint8Array>;

/** Bytes that lie in a file and are read by pieces, never as a whole. */
export interface ByteSource {
  /** For messages. */
  readonly where: string;
  readonly size: number;
  /** Whether bytes come in their order alone: going back begins again. */
  readonly isSequential: boolean;
  /** Text that is another whenever the bytes could be others. */
  readonly identity: string;
  /** Opens the source for `work` and closes it afterwards. */
  session<Result>(work: (read: ReadBytes) => Promise<Result>): Promise<Result>;
}

/** The bytes of a file, which must stay as it is from now on. */
export async function fileSource(path: string): Promise<ByteSource> {
  const { size, mtimeMs } = await stat(path);
  return {
    where: path, size, isSequential: false, identity: `${resolve(path)} ${size} ${mtimeMs}`,
    async session(work) {
      const handle = await open(path);
      try {
        const now = await handle.stat();
        if (now.size !== size || now.mtimeMs !== mtimeMs) {
          throw invalidData(path, `the ${size} bytes that it had when it was opened`, `it changed (${now.size} bytes)`);
        }
        return await work(async (position, length) => {
          const bytes = new Uint8Array(length);
          for (let filled = 0; filled < length;) {
            const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
            if (bytesRead === 0) throw invalidData(path, `${length} bytes at byte ${position}`, `${filled} (cut off)`);
            filled += bytesRead;
          }
          return bytes;
        });
      } finally {
        await handle.close();
      }
    },
  };
}

/** A part of a source. */
export function partOf(source: ByteSource, where: string, { start, size }: { start: number; size: number }): ByteSource {
  return {
    ...source, where, size, identity: `${source.identity} ${where} ${start}`,
    session: (work) => source.session((read) => work((position, length) => read(start + position, length))),
  };
}

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { archiveError, MemberList, type ArchiveMember } from './archive-member.js';
import { fileSource } from '../arrays/byte-source.js';
import { SpoolFile } from './spool-file.js';
import type { Unpacking } from './unpacking.js';

type ReadAt = (position: number, length: number) => Promise<Uint8Array>;

/** The library says where the content of an entry begins; its types do not. */
type PlacedHeader = Header & { readonly byteOffset: number };

/**
 * The files of a tar archive, gzipped or not. It is gone through once to find where each lies. A gzipped one is unpacked into a file
 * without a name, so that any of them can be read later, in any order.
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function openTar(archive: string, unpacking: Unpacking): Promise<ArchiveMember[]> {
  try {
    if (archive.toLowerCase().endsWith('.tar')) {
      const source = await fileSource(archive);
      const readAt: ReadAt = (position, length) => source.session((read) => read(position, length));
      return await findMembers(archive, createReadStream(archive), { readAt, unpacking });
    }
    const spool = await SpoolFile.make();
    const { pieces } = unpacking.gunzip(archive, createReadStream(archive));
    return await findMembers(archive, spooled(pieces, spool), { readAt: (position, length) => spool.read(position, length), unpacking });
  } catch (error) {
    throw archiveError(archive, 'tar', error);
  }
}

async function *spooled(pieces: AsyncIterable<Uint8Array>, spool: SpoolFile): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    await spool.add(piece);
    yield piece;
  }
}

async function findMembers(
  archive: string, pieces: AsyncIterable<Uint8Array>, { readAt, unpacking }: { readAt: ReadAt; unpacking: Unpacking },
): Promise<ArchiveMember[]> {
  const members = new MemberList(archive);
  const entries = extract();
  // The loop that reads the last stream ends in the error of any.
  pipeline(pieces, entries, () => undefined);
  try {
    for await (const entry of entries) {
      const { type, name, size, byteOffset } = entry.header as PlacedHeader;
      unpacking.expect(`${archive}/${name}`, size);
      // Links and devices are passed over.
      if (type === 'file' || type === 'contiguous-file') {
        members.add(name, size, async () => asBuffer(await readAt(byteOffset, size)));
      }
      entry.resume();
    }
  } finally {
    entries.destroy();
  }
  return members.all();
}

/** The same bytes, not copied. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

import { errorMessage } from '@lethe/errors';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { invalidData } from '../../invalid-data.js';
import { archiveError, MemberList, outsideError, type ArchiveMember } from './archive-member.js';
import { fileSource, type ByteSource } from '../arrays/byte-source.js';
import { crc32, inflateWhole, type Unpacking } from './unpacking.js';

const STORED = 0;
const DEFLATED = 8;
/** Deflate shrinks data to 1/1032 at most, so an entry that names a larger size is wrong. */
const MOST_INFLATION = 1032;
/** The upper half of an entry's external attributes is the mode of Unix, of which four bits are the kind of file. */
const MODE_BITS = 16;
const KIND_OF_FILE = 0o170000;
const LINK = 0o120000;
/** What the library says of names that lead out of the archive. */
const OUTSIDE = /^(?:absolute path|invalid relative path): (.*)$/s;

/**
 * The files of a zip archive, found by its directory and unpacked when they are asked for.
 * @throws LetheError DATA_INVALID
 */
export async function openZip(archive: string, unpacking: Unpacking): Promise<ArchiveMember[]> {
  const source = await fileSource(archive);
  let zip: ZipFile;
  try {
    zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw archiveError(archive, 'zip', error);
  }
  try {
    const members = new MemberList(archive);
    for await (const entry of zip.eachEntry()) {
      const isLink = ((entry.externalFileAttributes >>> MODE_BITS) & KIND_OF_FILE) === LINK;
      if (entry.fileName.endsWith('/') || isLink) continue;
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      const member = { source, entry, start: fileDataStart, where: `${archive}/${entry.fileName}`, unpacking };
      members.add(entry.fileName, entry.uncompressedSize, readerOf(member));
    }
    return members.all();
  } catch (error) {
    const outside = OUTSIDE.exec(errorMessage(error))?.[1];
    throw outside === undefined ? archiveError(archive, 'zip', error) : outsideError(archive, outside);
  } finally {
    zip.close();
  }
}

interface ZipMember {
  readonly source: ByteSource;
  readonly entry: Entry;
  /** Where its data begin. */
  readonly start: number;
  readonly where: string;
  readonly unpacking: Unpacking;
}

/** What is unpacked beyond the size of the archive counts, once for each member. */
function readerOf(member: ZipMember): ArchiveMember['read'] {
  let isCounted = false;
  return async () => {
    const { source, start, where, unpacking, entry } = member;
    const { compressedSize, uncompressedSize, compressionMethod } = entry;
    if (entry.isEncrypted()) throw invalidData(where, 'a file without a password', 'an encrypted one');
    if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
      throw invalidData(where, 'a file stored or deflated', `the compression ${compressionMethod}`);
    }
    if (uncompressedSize > compressedSize * MOST_INFLATION) {
      throw invalidData(where, `${uncompressedSize} bytes when unpacked`, `${compressedSize} packed ones`);
    }
    if (!isCounted) unpacking.take(where, Math.max(0, uncompressedSize - compressedSize));
    isCounted = true;
    const packed = await source.session((read) => read(start, compressedSize));
    const bytes = compressionMethod === STORED ? Buffer.from(packed) : await inflateWhole(where, packed, uncompressedSize);
    if (bytes.length !== uncompressedSize || crc32(bytes) !== entry.crc32) {
      throw invalidData(where, 'an intact file', 'another size or checksum than the archive names');
    }
    return bytes;
  };
}

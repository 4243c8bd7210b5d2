import { createReadStream } from 'node:fs';
import { errorMessage } from '@lethe/errors';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { invalidData } from '../../invalid-data.js';
import { ByteReader } from './byte-reader.js';
import { partOf, type ByteSource, type ReadBytes } from './byte-source.js';
import { openNpy } from './npy-file.js';
import type { NamedArray, NumberArray } from './number-array.js';
import { crc32, type Unpacking } from '../archives/unpacking.js';

const NPY = '.npy';
/** More arrays than anybody saves in one file. */
const MOST_ENTRIES = 10_000;
const STORED = 0;
const DEFLATED = 8;
/** Deflate shrinks data to 1/1032 at most, so an entry that names a larger size is wrong. */
const MOST_INFLATION = 1032;

/** Whether a file begins like a zip archive. */
export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && (start[2] === 3 || start[2] === 5);
}

/**
 * The arrays of an archive that numpy saved (`numpy.savez`, `numpy.savez_compressed`). What is stored as it is can be read at any place;
 * a compressed array is unpacked as it is read.
 * @throws LetheError DATA_INVALID
 */
export async function openNpz(file: ByteSource, path: string, unpacking: Unpacking): Promise<NamedArray[]> {
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw damaged(path, error);
  }
  try {
    if (zip.entryCount > MOST_ENTRIES) throw invalidData(path, `at most ${MOST_ENTRIES} arrays`, String(zip.entryCount));
    const members: Member[] = [];
    for await (const entry of zip.eachEntry()) {
      members.push({ file, path, unpacking, entry, start: (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart });
    }
    if (members.some(({ entry }) => entry.fileName.endsWith('data.pkl'))) {
      throw invalidData(path, 'arrays that numpy saved', 'a file of PyTorch: save the tensor with numpy.save or safetensors');
    }
    return members.filter(({ entry }) => entry.fileName.endsWith(NPY)).map((member) => ({
      name: member.entry.fileName.slice(0, -NPY.length), open: () => openMember(member),
    }));
  } catch (error) {
    throw damaged(path, error);
  } finally {
    zip.close();
  }
}

interface Member {
  readonly file: ByteSource;
  readonly path: string;
  readonly unpacking: Unpacking;
  readonly entry: Entry;
  /** Where its data begin in the file. */
  readonly start: number;
}

async function openMember(member: Member): Promise<NumberArray> {
  const { file, path, unpacking, entry, start } = member;
  const { fileName, compressedSize, uncompressedSize: size, compressionMethod } = entry;
  const where = `${path}, array ${fileName.slice(0, -NPY.length)}`;
  if (entry.isEncrypted()) throw invalidData(where, 'an array without a password', 'an encrypted one');
  if (start + compressedSize > file.size) throw invalidData(where, `${compressedSize} bytes in the file`, 'fewer (cut off)');
  if (compressionMethod === STORED) return openNpy(partOf(file, where, { start, size: compressedSize }));
  if (compressionMethod !== DEFLATED) throw invalidData(where, 'an array stored or deflated', `the compression ${compressionMethod}`);
  if (size > compressedSize * MOST_INFLATION) throw invalidData(where, `${size} bytes when unpacked`, `${compressedSize} packed ones`);
  unpacking.expect(where, size);
  return openNpy(deflatedSource({ ...member, where, size }));
}

/** Bytes that are unpacked as they are asked for; asking for earlier ones begins again. One session at a time has the stream. */
function deflatedSource({ file, path, unpacking, entry, start, where, size }: Member & { where: string; size: number }): ByteSource {
  let stream: { readonly reader: ByteReader; position: number } | null = null;
  const begin = (): ByteReader => {
    const packed = createReadStream(path, { start, end: start + Math.max(entry.compressedSize, 1) - 1 });
    return new ByteReader(checked(unpacking.inflateRaw(where, packed).pieces, { where, size, sum: entry.crc32 }));
  };
  const close = async (): Promise<void> => {
    await stream?.reader.close();
    stream = null;
  };
  const read: ReadBytes = async (position, length) => {
    if (stream !== null && position < stream.position) await close();
    stream ??= { reader: begin(), position: 0 };
    const { reader } = stream;
    for await (const skipped of reader.pieces(position - stream.position)) stream.position += skipped.length;
    const bytes = await reader.take(length);
    stream.position += bytes.length;
    if (bytes.length < length) throw invalidData(where, `${length} bytes at byte ${position}`, `${bytes.length} (cut off)`);
    if (stream.position === size) {
      // The end, where the sum is compared.
      await reader.take(1);
      await close();
    }
    return bytes;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    where, size, isSequential: true, identity: `${file.identity} ${where}`,
    session(work) {
      const result = last.then(() => file.session(() => work(read))).catch(async (error: unknown) => {
        await close();
        throw damaged(where, error);
      });
      last = result.catch(() => undefined);
      return result;
    },
  };
}

/** Passes pieces on and compares their length and their sum with those of the archive at the end. */
async function *checked(
  pieces: AsyncIterable<Uint8Array>, { where, size, sum }: { where: string; size: number; sum: number },
): AsyncGenerator<Uint8Array> {
  let [length, found] = [0, 0];
  for await (const piece of pieces) {
    length += piece.length;
    found = crc32(piece, found);
    if (length > size) throw invalidData(where, `${size} bytes when unpacked`, 'more');
    yield piece;
  }
  if (length === size && found !== sum) throw invalidData(where, 'an intact array', 'another checksum than the archive names');
}

function damaged(where: string, error: unknown): unknown {
  // The zip library's errors have no code; zlib's begin with Z_.
  const isDamage = error instanceof Error && (!('code' in error) || String(error.code).startsWith('Z_'));
  return !isDamage ? error : invalidData(where, 'an intact zip archive', `it corrupted or cut off (${errorMessage(error)})`);
}

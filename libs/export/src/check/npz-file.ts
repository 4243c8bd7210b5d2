import { crc32 } from '@node-rs/crc32';
import type { CheckTensor } from './compute-check.js';

const MAGIC = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0]);
/** The text of an array's header ends at a multiple of this. */
const ALIGNMENT = 64;

/** The bytes of a NumPy archive of float32 tensors: `numpy.load` gives them by their names. */
export function npzFile(tensors: readonly CheckTensor[]): Uint8Array {
  return storedZip(tensors.map((tensor) => [`${tensor.name}.npy`, npyFile(tensor)]));
}

/** Version 1.0 of the format. */
function npyFile({ shape, values }: CheckTensor): Uint8Array {
  const sizes = shape.length === 1 ? `${shape.join()},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((MAGIC.length + 2 + text.length + 1) / ALIGNMENT) * ALIGNMENT - MAGIC.length - 2;
  const size = Buffer.alloc(2);
  size.writeUInt16LE(length);
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([MAGIC, size, Buffer.from(`${text.padEnd(length - 1)}\n`), data]);
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Version 2.0 of the format reads it. */
const NEEDED = 20;
/** 1 January 1980, the earliest day that a zip file can state, so that the same content has the same bytes. */
const DAY = 0x21;

/** A zip file of files that are stored as they are; of less than 4 GiB in all. */
function storedZip(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, bytes] of files) {
    const name = Buffer.from(path);
    // Flags, method, time, day, checksum, both sizes, lengths of name and extra field.
    const common = numbers([NEEDED, 2], [0, 2], [0, 2], [0, 2], [DAY, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4],
      [name.length, 2], [0, 2]);
    const header = Buffer.concat([numbers([LOCAL, 4]), common, name]);
    parts.push(header, bytes);
    // Lengths of the comment, disk, attributes, place of the file.
    directory.push(numbers([CENTRAL, 4], [NEEDED, 2]), common, numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), name);
    offset += header.length + bytes.length;
  }
  const entries = Buffer.concat(directory);
  const count = files.length;
  return Buffer.concat([
    ...parts, entries, numbers([END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [entries.length, 4], [offset, 4], [0, 2]),
  ]);
}

/** Unsigned numbers of so many bytes each, little end first. */
function numbers(...fields: readonly (readonly [value: number, bytes: number])[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let offset = 0;
  for (const [value, bytes] of fields) offset = buffer.writeUIntLE(value, offset, bytes);
  return buffer;
}

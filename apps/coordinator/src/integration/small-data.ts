import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

function idxFile(magic: number, sizes: readonly number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic);
  for (const [index, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return gzipSync(Buffer.concat([header, bytes]));
}

/** A folder of IDX files: 48 training and 12 test images of 8 x 8, four classes. @param shift what is added to each label, modulo four */
export function makeSmallData(folder: string, shift = 0): void {
  mkdirSync(folder);
  for (const [name, count] of [['train', 48], ['t10k', 12]] as const) {
    writeFileSync(join(folder, `${name}-images-idx3-ubyte.gz`), idxFile(0x803, [count, 8, 8], Uint8Array.from({ length: count * 64 }, (_, index) => (index * 7) % 256)));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), idxFile(0x801, [count], Uint8Array.from({ length: count }, (_, index) => (index + shift) % 4)));
  }
}

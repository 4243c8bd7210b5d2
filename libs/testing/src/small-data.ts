import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

function idxFile(magic: number, sizes: readonly number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic);
  for (const [index, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return gzipSync(Buffer.concat([header, bytes]));
}

interface SmallData {
  /** Added to each label, modulo the number of classes. */
  readonly shift?: number;
  /** Pixels along each side of an image. */
  readonly side?: number;
  readonly classes?: number;
}

/** A folder of IDX files: 48 training and 12 test images, by default of 8 x 8 in four classes. */
export function makeSmallData(folder: string, { shift = 0, side = 8, classes = 4 }: SmallData = {}): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of [['train', 48], ['t10k', 12]] as const) {
    const pixels = Uint8Array.from({ length: count * side * side }, (_, index) => (index * 7) % 256);
    const labels = Uint8Array.from({ length: count }, (_, index) => (index + shift) % classes);
    writeFileSync(join(folder, `${name}-images-idx3-ubyte.gz`), idxFile(0x803, [count, side, side], pixels));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), idxFile(0x801, [count], labels));
  }
}

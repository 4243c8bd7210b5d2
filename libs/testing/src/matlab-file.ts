import { deflateSync } from 'node:zlib';

/** An array to be written as MATLAB would. */
export interface MatlabFixture {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly values: Uint8Array | Float64Array;
  readonly compressed?: boolean;
}

const [UINT8, INT8, INT32, UINT32, DOUBLE, MATRIX, COMPRESSED] = [2, 1, 5, 6, 9, 14, 15];
const CLASS = { uint8: 9, double: 6 };

/** The bytes of a MATLAB file of version 5. */
export function matlabBytes(arrays: readonly MatlabFixture[], text = 'MATLAB 5.0 MAT-file, made for a test'): Buffer {
  const header = Buffer.alloc(128, ' ');
  header.write(text, 'latin1');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126, 'latin1');
  return Buffer.concat([header, ...arrays.map(matrix)]);
}

function matrix({ name, dimensions, values, compressed = false }: MatlabFixture): Buffer {
  const isBytes = values instanceof Uint8Array;
  const flags = Buffer.alloc(8);
  flags.writeUInt32LE(isBytes ? CLASS.uint8 : CLASS.double);
  const sizes = Buffer.alloc(4 * dimensions.length);
  for (const [index, size] of dimensions.entries()) sizes.writeInt32LE(size, 4 * index);
  const data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const array = element(MATRIX, Buffer.concat([
    element(UINT32, flags), element(INT32, sizes), element(INT8, Buffer.from(name)), element(isBytes ? UINT8 : DOUBLE, data),
  ]));
  if (!compressed) return array;
  const deflated = deflateSync(array);
  return Buffer.concat([tag(COMPRESSED, deflated.length), deflated]);
}

/** Up to four bytes lie in the tag itself. */
function element(type: number, data: Buffer): Buffer {
  if (data.length <= 4) {
    const small = Buffer.alloc(8);
    small.writeUInt32LE((data.length << 16) + type);
    data.copy(small, 4);
    return small;
  }
  return Buffer.concat([tag(type, data.length), data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
}

function tag(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(type);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

import { zipSync } from 'fflate';
import type { CheckTensor } from './compute-check.js';

const MAGIC = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0]);
/** The text of an array's header ends at a multiple of this. */
const ALIGNMENT = 64;
/** The earliest time that a zip file can state, so that the same content has the same bytes. */
const TIME = new Date(1980, 0, 1);

/** The bytes of a NumPy archive of float32 tensors: `numpy.load` gives them by their names. */
export function npzFile(tensors: readonly CheckTensor[]): Uint8Array {
  const files = Object.fromEntries(tensors.map((tensor) => [`${tensor.name}.npy`, npyFile(tensor)]));
  return zipSync(files, { level: 0, mtime: TIME });
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

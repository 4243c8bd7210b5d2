import { invalidData } from '../../invalid-data.js';
import { foreignKind } from '../foreign-file.js';

/** Bytes of the text and the marks in front of a file's elements. */
export const MATLAB_HEADER_BYTES = 128;
const WANTED = 'a MATLAB file of version 5 (saved with -v7 or older)';
const WAY_OUT = 'save it again: `save -v7` in MATLAB, or scipy.io.savemat in Python';
/** Numbers of 32 bits with which a matrix of version 4 begins: type, rows, columns, whether it is complex, length of its name. */
const VERSION_4_BYTES = 20;

/**
 * Checks that a file of MATLAB is of the version and the order of bytes that are read.
 * @param start its first bytes, fewer if it is shorter
 * @throws LetheError DATA_INVALID that names the version and the way out
 */
export function checkMatlabHeader(file: string, start: Uint8Array): void {
  const text = Buffer.from(start.subarray(0, 116)).toString('latin1').trim();
  if (text.startsWith('MATLAB 7.3')) throw invalidData(file, WANTED, `one of version 7.3, which is HDF5 (${WAY_OUT})`);
  if (isVersion4(start)) throw invalidData(file, WANTED, `one of version 4 (${WAY_OUT})`);
  if (start.length < MATLAB_HEADER_BYTES && (start.length === 0 || text.startsWith('MATLAB'))) {
    throw invalidData(file, `${MATLAB_HEADER_BYTES} bytes at byte 0`, `${start.length} (truncated)`);
  }
  if (!text.startsWith('MATLAB 5.0 MAT-file')) {
    const kind = foreignKind(start);
    throw invalidData(file, WANTED, kind === null ? 'another kind of file' : kind === 'an HDF5 file' ? `${kind} (${WAY_OUT})` : kind);
  }
  const order = Buffer.from(start.subarray(126, 128)).toString('latin1');
  if (order === 'IM') return;
  throw invalidData(file, 'little-endian numbers', order === 'MI' ? `big-endian ones (${WAY_OUT})` : `the mark ${JSON.stringify(order)}`);
}

/** Of the type's decimal digits the third is that of the numbers (0 to 5) and the last that of the matrix (0 to 2). */
function isVersion4(start: Uint8Array): boolean {
  if (start.length < VERSION_4_BYTES) return false;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  return [true, false].some((isLittleEndian) => {
    const [type = 0, rows = 0, columns = 0, complex = 0, name = 0] = [0, 4, 8, 12, 16].map((at) => view.getInt32(at, isLittleEndian));
    const isType = type >= 0 && type < 5000 && Math.floor(type / 100) % 10 === 0 && Math.floor(type / 10) % 10 <= 5 && type % 10 <= 2;
    return isType && rows >= 0 && columns >= 0 && (complex === 0 || complex === 1) && name > 1 && name < 256;
  });
}

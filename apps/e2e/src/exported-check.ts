import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';

/** The numbers of a file of NumPy: float32, behind a header. */
export function numbersOf(npy: Uint8Array): Float32Array {
  const header = 10 + (npy[8] ?? 0) + 256 * (npy[9] ?? 0);
  return new Float32Array(Uint8Array.from(npy.subarray(header)).buffer);
}

/** The numbers of a tensor of the `check.npz` in an exported folder. */
export function checkedNumbers(folder: string, tensor: string): Float32Array {
  const npy = unzipSync(readFileSync(join(folder, 'check.npz')))[`${tensor}.npy`];
  if (npy === undefined) throw new Error(`${folder}/check.npz has no ${tensor}`);
  return numbersOf(npy);
}

/** Bytes of images in the range of an encoder's inputs, as `preprocess.json` says of them. */
export function bytesOf(images: Float32Array): Uint8Array {
  return Uint8Array.from(images, (value) => Math.round((value + 1) * 127.5));
}

/** The largest difference of a number, or of its size where it is larger than 1; NaN: there are not as many, or not a number among them. */
export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.NaN;
  return Array.from(found).reduce((most, value, index) => {
    const wanted = expected[index] ?? Number.NaN;
    const difference = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    return difference > most || Number.isNaN(difference) ? difference : most;
  }, 0);
}

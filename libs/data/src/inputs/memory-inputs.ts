import { inputLength, type ImageShape, type Inputs } from '../model/inputs.js';
import { expectRow } from './expect-row.js';
import { bytesOfExample, mebibytes, zeroInputs } from './input-values.js';

/**
 * Inputs that are whole in memory.
 * @param values row-major [count, height, width, channels], not copied
 */
export function memoryInputs(values: Uint8Array | Float32Array, shape: ImageShape): Inputs {
  const length = inputLength(shape);
  const kind = values instanceof Uint8Array ? 'bytes' : 'floats';
  const count = values.length / length;
  if (!Number.isInteger(count)) throw new RangeError(`inputs: expected a multiple of ${length} values, found ${values.length}`);
  return {
    shape, values: kind, count,
    described: `in memory, ${mebibytes(count * bytesOfExample(shape, kind))}`,
    gather: (rows) => {
      const gathered = zeroInputs(rows.length, shape, kind);
      for (const [position, row] of rows.entries()) {
        expectRow(row, count);
        gathered.set(values.subarray(row * length, (row + 1) * length), position * length);
      }
      return gathered;
    },
    close: () => undefined,
  };
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { invalidData } from '../invalid-data.js';
import type { ImageShape, Inputs, InputValues } from '../model/inputs.js';
import { expectRow } from './expect-row.js';
import { asBytes, bytesOfExample, mebibytes, zeroInputs } from './input-values.js';

/** Bytes that are read at once: the kernel reads at most 2 GiB. */
const MOST_READ_BYTES = 2 ** 28;

/** Inputs in a file. */
export interface InputFile {
  /** Row-major [count, height, width, channels], bytes or little-endian float32, and nothing else. */
  readonly path: string;
  readonly shape: ImageShape;
  readonly values: InputValues;
  readonly count: number;
}

/**
 * Inputs that are read from their file by pieces, whenever a step takes some of them. They take no memory of this process but what is
 * gathered; the kernel keeps what is read again and again as long as it has memory to spare. The file may be removed meanwhile.
 * @throws LetheError DATA_INVALID if the file has another size; errors of the operating system if it cannot be opened
 */
export function fileInputs(file: InputFile): Inputs {
  const { path, shape, values, count } = file;
  const bytes = bytesOfExample(shape, values);
  const descriptor = openSync(path, 'r');
  const opened = fstatSync(descriptor, { bigint: true });
  if (opened.size !== BigInt(count * bytes)) {
    closeSync(descriptor);
    throw changed(file, opened.size);
  }
  const expectUnchanged = (): void => {
    const now = fstatSync(descriptor, { bigint: true });
    if (now.size !== opened.size || now.mtimeNs !== opened.mtimeNs) throw changed(file, now.size);
  };
  return {
    shape, values, count,
    described: `read by pieces from ${path}, ${mebibytes(count * bytes)}`,
    gather: (rows) => {
      expectUnchanged();
      const gathered = zeroInputs(rows.length, shape, values);
      const target = asBytes(gathered);
      for (const { position, row, length } of neighbours(rows, count)) {
        const wanted = target.subarray(position * bytes, (position + length) * bytes);
        if (!isRead(descriptor, wanted, row * bytes)) throw changed(file, fstatSync(descriptor, { bigint: true }).size);
      }
      return gathered;
    },
    close: () => { closeSync(descriptor); },
  };
}

/** Rows that follow each other in the file as they do in the list: one read for all of them. */
function* neighbours(rows: Uint32Array, count: number): Generator<{ position: number; row: number; length: number }> {
  for (let position = 0; position < rows.length;) {
    const row = rows[position] as number;
    let length = 1;
    while (rows[position + length] === row + length) length += 1;
    expectRow(row + length - 1, count);
    yield { position, row, length };
    position += length;
  }
}

/** Reads from a position of the file on. @returns false if the file ends before */
function isRead(descriptor: number, target: Uint8Array, start: number): boolean {
  for (let done = 0; done < target.length;) {
    const read = readSync(descriptor, target, done, Math.min(target.length - done, MOST_READ_BYTES), start + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}

function changed({ path, shape, values, count }: InputFile, bytes: bigint): Error {
  const whole = count * bytesOfExample(shape, values);
  return invalidData(path, `${whole} bytes of inputs as when they were written`, `them changed, ${bytes} bytes`);
}

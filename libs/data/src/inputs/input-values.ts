import { inputLength, type ImageShape, type InputValues } from '../model/inputs.js';

/** Bytes of memory or disk that the inputs of one example take. */
export function bytesOfExample(shape: ImageShape, values: InputValues): number {
  return inputLength(shape) * (values === 'bytes' ? Uint8Array : Float32Array).BYTES_PER_ELEMENT;
}

/** Room for the inputs of `count` examples, all zero. */
export function zeroInputs(count: number, shape: ImageShape, values: InputValues): Uint8Array | Float32Array {
  const length = count * inputLength(shape);
  return values === 'bytes' ? new Uint8Array(length) : new Float32Array(length);
}

/** The same memory as bytes; floats in the order of this machine, which is little-endian wherever TensorFlow computes. */
export function asBytes(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

const MIB = 2 ** 20;

export function mebibytes(bytes: number): string {
  return `${bytes < 10 * MIB ? (bytes / MIB).toFixed(1) : Math.round(bytes / MIB).toLocaleString('en')} MiB`;
}

import { SMALLEST_NORMAL } from './flush-subnormal.js';

const { fround, abs } = Math;

/** target = left + right in plain TypeScript: what the WebAssembly kernel must equal to the bit. */
export function sumReference(target: Float32Array, left: Float32Array, right: Float32Array): void {
  for (let index = 0; index < target.length; index += 1) {
    const sum = fround((left[index] as number) + (right[index] as number));
    target[index] = abs(sum) < SMALLEST_NORMAL ? 0 : sum;
  }
}

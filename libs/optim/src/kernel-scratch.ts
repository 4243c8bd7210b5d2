import { memory } from '../generated/kernels.js';

/** Elements of the kernel's scratch vectors, and where they lie, as in assembly/kernels.ts. */
export const CAPACITY = 32_768;
const SCRATCH_OFFSET = 65_536;

const scratch = (vector: number): Float32Array => new Float32Array((memory as { readonly buffer: ArrayBuffer }).buffer, SCRATCH_OFFSET + vector * CAPACITY * Float32Array.BYTES_PER_ELEMENT, CAPACITY);
export const gradientScratch = scratch(0);
export const valuesScratch = scratch(1);
export const firstScratch = scratch(2);
export const secondScratch = scratch(3);

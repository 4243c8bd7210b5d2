import type sharp from 'sharp';

/**
 * The image library. It is loaded when the first image is decoded or resized, so that a machine on which it does not load can
 * still train on IDX files.
 */
export async function loadSharp(): Promise<typeof sharp> {
  const { default: loaded } = await import('sharp');
  // Vector code may round a pixel differently from one processor to the next, and all processes must agree on every byte.
  loaded.simd(false);
  return loaded;
}

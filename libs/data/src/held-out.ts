import { LetheError } from '@lethe/errors';
import { seededGenerator, shuffle } from './seeded-generator.js';

/** Indices into the training set, both ascending and together all of it. */
export interface HeldOutSplit { readonly training: Uint32Array; readonly heldOut: Uint32Array }

/**
 * Chooses by seed the training images that are kept back and only scored.
 * @param count images in the training set
 * @param heldOut images to keep back; 0 keeps none
 * @throws LetheError CONFIG_INVALID when nothing would be left to train on
 */
export function splitHeldOut(count: number, heldOut: number, seed: number): HeldOutSplit {
  if (heldOut >= count) {
    const message = `held-out images: expected fewer than the ${count} training images, found ${heldOut}`;
    throw new LetheError('CONFIG_INVALID', message, { details: { count, heldOut } });
  }
  const indices = Uint32Array.from({ length: count }, (_, index) => index);
  if (heldOut === 0) return { training: indices, heldOut: new Uint32Array(0) };
  shuffle(indices, seededGenerator('held-out', seed, 0));
  return { training: indices.slice(heldOut).sort(), heldOut: indices.slice(0, heldOut).sort() };
}

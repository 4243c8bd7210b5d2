import { LetheError } from '@lethe/errors';
import { UNLABELLED } from '../dataset.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';

/** Indices into the training set, both ascending, and together the whole set. */
export interface HeldOutSplit { readonly training: Uint32Array; readonly heldOut: Uint32Array }

/**
 * Chooses by seed the training images that are kept back and only scored.
 * @param labels of the training examples; those without one are never kept back, as they cannot be scored
 * @param heldOut images to keep back; 0 keeps none
 * @throws LetheError CONFIG_INVALID when nothing would be left to train on
 */
export function splitHeldOut(labels: Uint8Array, heldOut: number, seed: number): HeldOutSplit {
  const all = Uint32Array.from(labels.keys());
  const candidates = all.filter((index) => labels[index] !== UNLABELLED);
  const count = candidates.length;
  if (heldOut >= count) {
    const message = `held-out images: expected fewer than the ${count} training images with a label, found ${heldOut}`;
    throw new LetheError('CONFIG_INVALID', message, { details: { count, heldOut } });
  }
  if (heldOut === 0) return { training: all, heldOut: new Uint32Array(0) };
  const kept = shuffle(candidates, seededGenerator('held-out', seed, 0)).slice(0, heldOut).sort();
  const isKept = new Set(kept);
  return { training: all.filter((index) => !isKept.has(index)), heldOut: kept };
}

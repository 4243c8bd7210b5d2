import { LetheError } from '@lethe/errors';
import { UNLABELLED } from '../dataset.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';

/** Indices into the training set, both ascending, and together the whole set unless there are groups. */
export interface HeldOutSplit { readonly training: Uint32Array; readonly heldOut: Uint32Array }

/**
 * Chooses by seed the training images that are kept back and only scored.
 * @param labels of the training examples; those without one are never kept back, as they cannot be scored
 * @param heldOut images to keep back; 0 keeps none
 * @param groups of each training example its group, which is kept back as a whole, so that there may be a few images less; examples
 * without a label of such a group are in neither part. Null: each example is for itself
 * @throws LetheError CONFIG_INVALID when nothing would be left to train on
 */
export function splitHeldOut(labels: Uint8Array, heldOut: number, seed: number, groups: Uint32Array | null = null): HeldOutSplit {
  const all = Uint32Array.from(labels.keys());
  const candidates = all.filter((index) => labels[index] !== UNLABELLED);
  const count = candidates.length;
  if (heldOut >= count) {
    const message = `held-out images: expected fewer than the ${count} training images with a label, found ${heldOut}`;
    throw new LetheError('CONFIG_INVALID', message, { details: { count, heldOut } });
  }
  if (heldOut === 0) return { training: all, heldOut: new Uint32Array(0) };
  if (groups !== null) return holdOutGroups(candidates, { groups, heldOut, seed, all });
  const kept = shuffle(candidates, seededGenerator('held-out', seed, 0)).slice(0, heldOut).sort();
  const isKept = new Set(kept);
  return { training: all.filter((index) => !isKept.has(index)), heldOut: kept };
}

interface GroupsToHoldOut { readonly groups: Uint32Array; readonly heldOut: number; readonly seed: number; readonly all: Uint32Array }

/** Takes groups in the order of the seed as long as they fit. */
function holdOutGroups(candidates: Uint32Array, { groups, heldOut, seed, all }: GroupsToHoldOut): HeldOutSplit {
  const sizes = new Map<number, number>();
  for (const index of candidates) sizes.set(groups[index] ?? 0, (sizes.get(groups[index] ?? 0) ?? 0) + 1);
  const chosen = new Set<number>();
  let left = heldOut;
  for (const group of shuffle([...sizes.keys()], seededGenerator('held-out', seed, 'groups'))) {
    const size = sizes.get(group) ?? 0;
    if (size > left) continue;
    chosen.add(group);
    left -= size;
  }
  if (chosen.size === 0) {
    const least = [...sizes.values()].reduce((smallest, size) => Math.min(smallest, size), Number.POSITIVE_INFINITY);
    const message = `held-out images: expected at least ${least}, as many as the smallest group has, found ${heldOut}`;
    throw new LetheError('CONFIG_INVALID', message, { details: { least, heldOut } });
  }
  const isChosen = (index: number): boolean => chosen.has(groups[index] ?? 0);
  return { training: all.filter((index) => !isChosen(index)), heldOut: candidates.filter(isChosen) };
}

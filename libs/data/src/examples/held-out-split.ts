import { LetheError } from '@lethe/errors';
import { MISSING } from '../model/attributes.js';
import type { Dataset } from '../model/dataset.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';

/** Training examples to draw from. */
interface LabelledExamples {
  readonly train: Pick<Dataset, 'labels' | 'groups'>;
  readonly heldOut: Uint32Array | null;
}

/** Indices into the training set, both ascending, and together the whole set unless there are groups. */
export interface HeldOutSplit { readonly training: Uint32Array; readonly heldOut: Uint32Array }

/**
 * The training examples that are kept back and only scored: those that the data hold out, else as many as wanted, by seed. Examples
 * without a label are never drawn, as they cannot be scored, unless none has one: then no score needs it. A group is kept back as a
 * whole, so that there may be a few examples less; examples without a label of such a group are in neither part.
 * @param wanted number of examples to keep back; 0 keeps none
 * @throws LetheError CONFIG_INVALID when nothing would be left to train on, or the data hold out another number
 */
export function splitHeldOut({ train: { labels, groups }, heldOut }: LabelledExamples, wanted: number, seed: number): HeldOutSplit {
  const all = Uint32Array.from(labels.keys());
  if (heldOut !== null) return ownSplit(all, heldOut, wanted);
  const labelled = all.filter((index) => labels[index] !== MISSING);
  const candidates = labelled.length === 0 ? all : labelled;
  const count = candidates.length;
  if (wanted >= count) {
    const message = `held-out images: expected fewer than the ${count} training images with a label, found ${wanted}`;
    throw new LetheError('CONFIG_INVALID', message, { details: { count, heldOut: wanted } });
  }
  if (wanted === 0) return { training: all, heldOut: new Uint32Array(0) };
  if (groups !== null) return holdOutGroups(candidates, { groups, wanted, seed, all });
  return without(all, shuffle(candidates, seededGenerator('held-out', seed, 0)).slice(0, wanted).sort());
}

function ownSplit(all: Uint32Array, heldOut: Uint32Array, wanted: number): HeldOutSplit {
  if (wanted === heldOut.length) return without(all, heldOut);
  const message = `data.heldOut: expected the ${heldOut.length} examples that the data hold out, found ${wanted}`;
  throw new LetheError('CONFIG_INVALID', message, { details: { heldOut: heldOut.length, wanted } });
}

function without(all: Uint32Array, heldOut: Uint32Array): HeldOutSplit {
  const isHeldOut = new Set(heldOut);
  return { training: all.filter((index) => !isHeldOut.has(index)), heldOut };
}

interface GroupsToHoldOut { readonly groups: Uint32Array; readonly wanted: number; readonly seed: number; readonly all: Uint32Array }

/** Takes groups in the order of the seed as long as they fit. */
function holdOutGroups(candidates: Uint32Array, { groups, wanted, seed, all }: GroupsToHoldOut): HeldOutSplit {
  const sizes = new Map<number, number>();
  for (const index of candidates) sizes.set(groups[index] ?? 0, (sizes.get(groups[index] ?? 0) ?? 0) + 1);
  const chosen = new Set<number>();
  let left = wanted;
  for (const group of shuffle([...sizes.keys()], seededGenerator('held-out', seed, 'groups'))) {
    const size = sizes.get(group) ?? 0;
    if (size > left) continue;
    chosen.add(group);
    left -= size;
  }
  if (chosen.size === 0) {
    const least = [...sizes.values()].reduce((smallest, size) => Math.min(smallest, size), Number.POSITIVE_INFINITY);
    const message = `held-out images: expected at least ${least}, as many as the smallest group has, found ${wanted}`;
    throw new LetheError('CONFIG_INVALID', message, { details: { least, heldOut: wanted } });
  }
  const isChosen = (index: number): boolean => chosen.has(groups[index] ?? 0);
  return { training: all.filter((index) => !isChosen(index)), heldOut: candidates.filter(isChosen) };
}

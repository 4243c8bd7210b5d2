import type { ProbeKind } from '@lethe/protocol';

/** What a probe is trained on. */
export interface ProbedVectors {
  /** Training examples. */
  readonly examples: number;
  /** Numbers of each. */
  readonly size: number;
  readonly classes: number;
}

/** Numbers of an example that cost as much as the example itself does. */
const OWN_NUMBERS = 100;
/** Microseconds of each example and each of its numbers, on one core. */
const MICROSECONDS: Readonly<Record<ProbeKind, number>> = {
  linear: 0.25, mlp: 1.4, neighbours: 0.4, deep: 8.5, 'boosted-trees': 0.5, forest: 2.2,
};
/** Most numbers of all training examples together that probes of raw inputs are given, and that trees are. */
const [MOST_RAW_VALUES, MOST_OF_TREES] = [16e6, 1.5e6];

/** About how long a probe takes: for the order in which probes are trained, and for how long the rest will take. */
export function probeSeconds(probe: ProbeKind, { examples, size, classes }: ProbedVectors): number {
  const isOfTrees = probe === 'boosted-trees' || probe === 'forest';
  const read = Math.min(examples, (isOfTrees ? MOST_OF_TREES : MOST_RAW_VALUES) / size);
  const trees = probe === 'boosted-trees' ? classes : 1;
  return 1e-6 * MICROSECONDS[probe] * read * (OWN_NUMBERS + size) * trees;
}

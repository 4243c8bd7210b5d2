/** Every kind of fresh probe (docs/measures.md), in the order in which they are shown. */
export const PROBES = ['linear', 'mlp', 'neighbours', 'deep', 'boosted-trees', 'forest'] as const;

/** The kinds that every run is measured with, unless others are asked for: those that take least time. */
export const USUAL_PROBES: (typeof PROBES)[number][] = ['linear', 'mlp', 'neighbours'];

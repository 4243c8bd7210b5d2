/** Flags of a run that say nothing where one is profiled: it is played once, and nothing is measured or drawn. */
export const NOT_PROFILED: readonly string[] = ['seeds', 'no-evaluation', 'probes', 'measuring-workers', 'no-grid', 'dry-run', 'json'];

/** Heading of the flags that say what a run learns. */
export const WHAT_TO_LEARN = 'What to learn, and from what:';

/** Flags of a run that its help shows first, by task. The others are shown by `--help all`. */
export const COMMON_FLAGS: Readonly<Record<string, readonly string[]>> = {
  [WHAT_TO_LEARN]: [
    'recipe', 'game', 'data-dir', 'keep', 'forget', 'fairness', 'target', 'beta', 'latent-size', 'set',
  ],
  'How long, and from which seed:': ['epochs', 'resume', 'seed', 'seeds'],
  'Where it computes:': ['workers', 'on', 'threads', 'listen'],
  'What is measured and kept:': ['no-evaluation', 'probes', 'no-grid', 'name', 'runs-dir', 'quiet'],
};

import { TARGET_ACCURACY } from '@lethe/config';
import { MISSING } from '@lethe/data';
import { gridColumns, meanFigures, SCORE_CHUNK } from '@lethe/evaluation';
import type { Split } from '@lethe/protocol';
import type { MeasuredRun } from './measured-run.js';

/** What is scored: networks in a cluster and the data. */
type ScoredRun = Omit<MeasuredRun, 'rounds'>;

/** The target's accuracy; nothing unless it is the figure that the run monitors. */
export async function scoreTarget(run: ScoredRun): Promise<Record<string, number>> {
  const { config, facts } = run.description;
  if (config.monitor !== TARGET_ACCURACY) return {};
  const accuracy = (await scoreExamples(run, 'test', run.data.test.count))[`${facts.domains.at(-1)?.name ?? ''}/label_accuracy`];
  return accuracy === undefined ? {} : { [TARGET_ACCURACY]: accuracy };
}

/**
 * Means over the examples of a split that have a label; of several populations' test examples, over each by itself:
 * "svhn/label_accuracy".
 */
export async function scoreExamples(
  { cluster, description, data }: ScoredRun,
  split: Split,
  count: number,
): Promise<Record<string, number>> {
  if (count === 0) return {};
  const { objective: { figures }, facts: { domains } } = description;
  const chunks = await cluster.evaluations.ofExamples('score', split, count, SCORE_CHUNK);
  if (domains.length === 1 || split === 'held-out') return meanFigures(chunks, figures);
  return Object.fromEntries(domains.flatMap(({ name }, domain) => {
    const isCounted = (example: number): boolean => data.test.domains[example] === domain && data.test.labels[example] !== MISSING;
    // Of a domain without labels there is nothing to say; a figure that is none is another matter.
    if (!data.test.labels.some((_, example) => isCounted(example))) return [];
    return Object.entries(meanFigures(chunks, figures, isCounted)).map(([figure, value]) => [`${name}/${figure}`, value] as const);
  }));
}

/** The picture of test examples that a run ends with (`gridColumns`), float32 [rows, columns, height, width, channels]. */
export async function computeGrid(
  { cluster, description }: Pick<ScoredRun, 'cluster' | 'description'>,
  rows: number,
): Promise<Float32Array> {
  const { facts: { shape: { height, width, channels }, classes } } = description;
  const columns = gridColumns(description)?.length ?? classes.length;
  const rowLength = columns * height * width * channels;
  const grid = new Float32Array(rows * rowLength);
  const drawn = await cluster.evaluations.ofGrid(rows, columns);
  for (const [index, row] of drawn.entries()) grid.set(row, index * rowLength);
  return grid;
}

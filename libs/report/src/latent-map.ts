import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { UMAP } from 'umap-js';
import { dotChart } from './charts.js';

export interface Latents {
  /** Float32 [examples, size]. */
  readonly values: Float32Array;
  readonly size: number;
  /** [examples]. */
  readonly labels: Int32Array;
}

/** Fewer have no neighbourhoods to draw. */
const LEAST_EXAMPLES = 16;

/** Latents laid out on a plane by UMAP, coloured by class: a picture to look at, not a measure. Null for too few examples. */
export async function latentMap({ values, size, labels }: Latents, classes: readonly string[]): Promise<string | null> {
  if (labels.length < LEAST_EXAMPLES) return null;
  const generator = xoroshiro128plus(1);
  const rows = Array.from({ length: labels.length }, (_, example) => [...values.subarray(example * size, (example + 1) * size)]);
  const places = new UMAP({ nNeighbors: 15, nEpochs: 200, random: () => uniformFloat64(generator) }).fit(rows);
  return dotChart(places.map(([x = 0, y = 0], example) => ({ x, y, series: classes[labels[example] ?? 0] ?? '' })), { x: '', y: '' });
}

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

/** Fewer examples have no neighbourhoods to draw. */
const LEAST_EXAMPLES = 16;

/** Latents laid out on a plane by UMAP, coloured by class: an illustration, not a measure. Null for fewer than LEAST_EXAMPLES. */
export async function latentMap(latents: Latents, classes: readonly string[]): Promise<{ svg: string; examples: number } | null> {
  const places = onPlane(latents, latents.labels.length);
  if (places === null) return null;
  const points = places.map(({ example, x, y }) => ({ x, y, series: classes[latents.labels[example] ?? 0] ?? '' }));
  return { svg: await dotChart(points, { x: '', y: '' }), examples: places.length };
}

/** Where an example lies on a plane. */
export interface Place { readonly example: number; readonly x: number; readonly y: number }

/**
 * Vectors [count, size] laid out on a plane by UMAP, the same for the same vectors. Those with a number that is not finite have no place
 * on it. Null for fewer than LEAST_EXAMPLES.
 */
export function onPlane({ values, size }: Pick<Latents, 'values' | 'size'>, count: number): Place[] | null {
  const rows = Array.from({ length: count }, (_, example) => ({
    example, vector: [...values.subarray(example * size, (example + 1) * size)],
  })).filter(({ vector }) => vector.every(Number.isFinite));
  if (rows.length < LEAST_EXAMPLES) return null;
  const generator = xoroshiro128plus(1);
  const umap = new UMAP({ nNeighbors: 15, nEpochs: 200, random: () => uniformFloat64(generator) });
  return umap.fit(rows.map(({ vector }) => vector)).map(([x = 0, y = 0], index) => ({ example: rows[index]?.example ?? 0, x, y }));
}

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { UMAP } from 'umap-js';
import { dotChart } from './charts.js';

/** Latents laid out on a plane. */
export interface LatentPlaces {
  /** Null: too few to draw. */
  readonly places: readonly Place[] | null;
  /** [examples]; negative: not known. */
  readonly labels: Int32Array;
}

/** Fewer examples have no neighbourhoods to draw. */
const LEAST_EXAMPLES = 16;

/** Latents on a plane, coloured by class: an illustration, not a measure. Null where there are too few. */
export async function latentMap(
  { places, labels }: LatentPlaces, classes: readonly string[],
): Promise<{ svg: string; examples: number } | null> {
  if (places === null) return null;
  const points = places.map(({ example, x, y }) => ({ x, y, series: classes[labels[example] ?? -1] ?? 'unknown' }));
  return { svg: await dotChart(points, { x: '', y: '' }, classes), examples: places.length };
}

/** Where an example lies on a plane. */
export interface Place { readonly example: number; readonly x: number; readonly y: number }

/**
 * Vectors [count, size] laid out on a plane by UMAP, the same for the same vectors, while the event loop goes on. Those with a number that
 * is not finite have no place on it. Null for fewer than LEAST_EXAMPLES.
 * @param values float32 [count, size]
 * @param signal ends it before the next pass over the vectors, with its reason
 */
export async function onPlane(
  { values, size }: { values: Float32Array; size: number }, count: number, signal: AbortSignal,
): Promise<Place[] | null> {
  const rows = Array.from({ length: count }, (_, example) => ({
    example, vector: [...values.subarray(example * size, (example + 1) * size)],
  })).filter(({ vector }) => vector.every(Number.isFinite));
  if (rows.length < LEAST_EXAMPLES) return null;
  signal.throwIfAborted();
  const generator = xoroshiro128plus(1);
  const umap = new UMAP({ nNeighbors: 15, nEpochs: 200, random: () => uniformFloat64(generator) });
  const embedding = await umap.fitAsync(rows.map(({ vector }) => vector), () => !signal.aborted);
  signal.throwIfAborted();
  return embedding.map(([x = 0, y = 0], index) => ({ example: rows[index]?.example ?? 0, x, y }));
}

import type { Vectors } from './probes/probe-data.js';

/** Passes over the vectors: what is left of the second direction falls with each by the ratio of their variances. */
const PASSES = 100;

/**
 * The direction of length 1 in which vectors are spread most, by power iteration; for a picture, where it need not be exact. Vectors with a
 * number that is not finite do not count.
 */
export function principalDirection({ values, size }: Pick<Vectors, 'values' | 'size'>): Float64Array {
  const rows = Array.from({ length: values.length / size }, (_, row) => values.subarray(row * size, (row + 1) * size))
    .filter((row) => row.every(Number.isFinite));
  const mean = new Float64Array(size);
  for (const row of rows) row.forEach((value, place) => { mean[place] = (mean[place] as number) + value / rows.length; });
  let direction = unit(Float64Array.from({ length: size }, (_, place) => 1 + place / size));
  for (let pass = 0; pass < PASSES; pass += 1) {
    const next = new Float64Array(size);
    for (const row of rows) {
      const distance = (place: number): number => (row[place] as number) - (mean[place] as number);
      let along = 0;
      for (let place = 0; place < size; place += 1) along += distance(place) * (direction[place] as number);
      for (let place = 0; place < size; place += 1) next[place] = (next[place] as number) + along * distance(place);
    }
    if (next.every((part) => part === 0)) return direction;
    direction = unit(next);
  }
  return direction;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, part) => sum + part * part, 0));
  return vector.map((part) => part / length);
}

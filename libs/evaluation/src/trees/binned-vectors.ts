import type { Vectors } from '../probes/probe-data.js';

/**
 * Training and test vectors with every value replaced by the number of its bin, uint16 [examples, size] each. The bins of a
 * dimension are bounded by quantiles of the training vectors. A cell is one bin of one dimension; those of dimension `d` begin
 * with number `firstCells[d]`, and `firstCells[size]` is their number.
 */
export interface BinnedVectors {
  readonly train: Uint16Array;
  readonly test: Uint16Array;
  readonly size: number;
  readonly firstCells: Uint32Array;
}

/** Puts the values of both into bins that the training vectors alone decide, at most so many for each dimension. */
export function binVectors(train: Vectors, test: Vectors, mostBins: number): BinnedVectors {
  const { size } = train;
  const binned = { train: new Uint16Array(train.values.length), test: new Uint16Array(test.values.length) };
  const firstCells = new Uint32Array(size + 1);
  for (let dimension = 0; dimension < size; dimension += 1) {
    const bounds = binBounds(train, dimension, mostBins);
    binDimension(train.values, binned.train, { dimension, size, bounds });
    binDimension(test.values, binned.test, { dimension, size, bounds });
    firstCells[dimension + 1] = (firstCells[dimension] as number) + bounds.length + 1;
  }
  return { ...binned, size, firstCells };
}

/** Upper bounds of all bins but the last: midpoints between the values, or of about equally many examples where there are more values. */
function binBounds({ values, size }: Vectors, dimension: number, mostBins: number): Float64Array {
  const sorted = new Float32Array(values.length / size);
  for (let example = 0; example < sorted.length; example += 1) sorted[example] = values[example * size + dimension] as number;
  sorted.sort();
  const distinct = new Set(sorted).size <= mostBins ? Float32Array.from(new Set(sorted)) : undefined;
  const bounds = distinct === undefined
    ? Array.from({ length: mostBins - 1 }, (_, bound) => middle(sorted, Math.floor(((sorted.length - 1) * (bound + 1)) / mostBins)))
    : Array.from({ length: distinct.length - 1 }, (_, bound) => middle(distinct, bound));
  return Float64Array.from(new Set(bounds));
}

function middle(sorted: Float32Array, place: number): number {
  return ((sorted[place] as number) + (sorted[place + 1] as number)) / 2;
}

/** The bin of a value is the number of bounds below it. */
function binDimension(
  values: Float32Array,
  binned: Uint16Array,
  { dimension, size, bounds }: { dimension: number; size: number; bounds: Float64Array },
): void {
  for (let at = dimension; at < values.length; at += size) {
    const value = values[at] as number;
    let [least, most] = [0, bounds.length];
    while (least < most) {
      const half = (least + most) >>> 1;
      if ((bounds[half] as number) < value) least = half + 1;
      else most = half;
    }
    binned[at] = least;
  }
}

import { cutsOf, rangeOf } from '../columns/discretised.js';
import { MISSING } from '../model/attributes.js';

/** A number cut into ten parts of about as many training examples each; of few different numbers, each is a part. */
export interface NumberParts {
  /** The least value of each part but the first. */
  readonly bounds: readonly number[];
  /** Mean of the training examples of each part. */
  readonly means: readonly number[];
  /** "below 28", "28 to 35", "35 or more"; of few different numbers, the number. */
  readonly names: readonly string[];
}

/** @param training NaN: missing */
export function numberParts(training: Float64Array): NumberParts {
  const bounds = cutsOf(training);
  const [sums, counts] = [new Float64Array(bounds.length + 1), new Float64Array(bounds.length + 1)];
  const [least, most] = [new Float64Array(bounds.length + 1).fill(Infinity), new Float64Array(bounds.length + 1).fill(-Infinity)];
  for (const value of training) {
    if (Number.isNaN(value)) continue;
    const part = rangeOf(value, bounds);
    sums[part] = (sums[part] as number) + value;
    counts[part] = (counts[part] as number) + 1;
    least[part] = Math.min(least[part] as number, value);
    most[part] = Math.max(most[part] as number, value);
  }
  const shown = shortest(bounds);
  const names = Array.from(sums, (_, part) => {
    if (least[part] === most[part]) return String(least[part]);
    if (part === 0) return `below ${shown[0] ?? ''}`;
    return part === bounds.length ? `${shown[part - 1]} or more` : `${shown[part - 1]} to ${shown[part]}`;
  });
  return { bounds, means: Array.from(sums, (sum, part) => sum / Math.max(1, counts[part] as number)), names };
}

/** The part of each number, or MISSING. */
export function partsOf(values: Float64Array, { bounds }: Pick<NumberParts, 'bounds'>): Uint32Array {
  return Uint32Array.from(values, (value) => (Number.isNaN(value) ? MISSING : rangeOf(value, bounds)));
}

/** With four digits where that tells them apart. */
function shortest(bounds: readonly number[]): string[] {
  const short = bounds.map((bound) => String(Number(bound.toPrecision(4))));
  return new Set(short).size === short.length ? short : bounds.map(String);
}

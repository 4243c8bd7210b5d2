import { meanShareInterval, type FoundShare, type Interval } from '../intervals.js';
import { swapFigures, type SwapFigures } from './swap-figures.js';

/** Whether test images that are redrawn with another value of an attribute show it, by a judge that was trained on raw images. */
export interface RedrawnAttribute {
  readonly name: string;
  readonly categories: readonly string[];
  /** Test images with a value. */
  readonly tested: number;
  /** Mean over the values of the share of the raw test images of each that the judge reads right, and each of these shares. */
  readonly judge: { readonly balanced_accuracy: number; readonly of_each: readonly number[] };
  /** [value of the image][value that it was redrawn with]: share that the judge reads as the latter. */
  readonly matrix: readonly (readonly number[])[];
  /** Mean of the matrix where the two differ. */
  readonly swap: number;
  /** Mean of the matrix where they are the same: of rebuilt images. */
  readonly rebuilt: number;
  /** One for each value, in their order. */
  readonly to: readonly RedrawnTo[];
}

/** Images of all other values, redrawn with this one; each other value counts alike. */
export interface RedrawnTo {
  readonly value: string;
  /** How many images they are. */
  readonly examples: number;
  /** Share that the judge reads as this value. */
  readonly share: number;
  readonly interval: Interval;
  /** Share that it reads so in the images themselves, before they are redrawn. */
  readonly before: number;
  /** Share that it reads so in the images when they are rebuilt with the value that they have. */
  readonly rebuilt: number;
}

/** What is redrawn: an attribute with the value of each test image, -1 where it has none. */
export interface SwappedAttribute {
  readonly name: string;
  readonly categories: readonly string[];
  readonly values: Int32Array;
}

/** Numbers of a row of such a swap. */
export function redrawnColumns(categories: number): number {
  return 1 + categories;
}

/**
 * Figures of what a judge read.
 * @param rows [test images, 1 + categories]: what it read in the image itself, and in what this becomes under each value
 */
export function redrawnAttribute({ name, categories, values }: SwappedAttribute, rows: Float32Array): RedrawnAttribute {
  const { length } = categories;
  const known = [...values.keys()].filter((example) => (values[example] ?? -1) >= 0);
  const sources = Int32Array.from(known, (example) => values[example] ?? 0);
  /** @param column of the row, for the value that an image was redrawn with and the one that it has */
  const figuresOf = (column: (target: number, source: number) => number): SwapFigures => swapFigures({
    sources, judgeAccuracy: Number.NaN,
    read: Float32Array.from(known.flatMap((example, place) => (
      categories.map((_, target) => rows[example * (1 + length) + column(target, sources[place] ?? 0)] ?? Number.NaN)
    ))),
  }, length);
  const redrawn = figuresOf((target) => 1 + target);
  // The image itself, and what it is rebuilt as, count as redrawn with every value.
  const [raw, own] = [figuresOf(() => 0), figuresOf((_, source) => 1 + source)];
  const counts = categories.map((_, value) => sources.filter((source) => source === value).length);
  return {
    name, categories, tested: known.length,
    judge: { balanced_accuracy: raw.diagonal, of_each: raw.matrix.map((row, value) => row[value] ?? 0) },
    matrix: redrawn.matrix, swap: redrawn.off_diagonal, rebuilt: redrawn.diagonal,
    to: categories.map((value, target) => {
      const shares = sharesOfOthers(redrawn.matrix, target, counts);
      const [before, rebuilt] = [raw, own].map(({ matrix }) => meanOf(sharesOfOthers(matrix, target, counts))) as [number, number];
      return {
        value, examples: known.length - (counts[target] ?? 0), share: meanOf(shares), interval: meanShareInterval(shares), before, rebuilt,
      };
    }),
  };
}

/** Of the other values that images have. */
function sharesOfOthers(matrix: readonly (readonly number[])[], target: number, counts: readonly number[]): FoundShare[] {
  return matrix.flatMap((row, source): FoundShare[] => {
    const examples = counts[source] ?? 0;
    return source === target || examples === 0 ? [] : [{ share: row[target] ?? 0, examples }];
  });
}

function meanOf(shares: readonly FoundShare[]): number {
  return shares.length === 0 ? 0 : shares.reduce((sum, { share }) => sum + share, 0) / shares.length;
}

/**
 * The intervals of what is a mean over values, of which each has its own number of test images: of the swap, and of the judge's balanced
 * accuracy. The images of a value are the same whatever they are redrawn with, and count once.
 */
export function redrawnIntervals(
  { matrix, judge, tested, to }: Pick<RedrawnAttribute, 'matrix' | 'judge' | 'tested' | 'to'>,
): { readonly swap: Interval; readonly judge: Interval } {
  const ofValues = (shareOf: (value: number) => number): Interval => meanShareInterval(to.flatMap(({ examples: others }, value) => (
    tested === others ? [] : [{ share: shareOf(value), examples: tested - others }]
  )));
  return {
    swap: ofValues((source) => {
      const others = (matrix[source] ?? []).filter((_, target) => target !== source);
      return others.reduce((sum, share) => sum + share, 0) / others.length;
    }),
    judge: ofValues((value) => judge.of_each[value] ?? 0),
  };
}

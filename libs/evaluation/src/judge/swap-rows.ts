import { measureStyle, type Style } from '../style/measure-style.js';

/** What is measured of a test image and of its redrawings. */
export interface SwapRow {
  readonly original: Style;
  /** For each label: the class that the judge read, and the style. */
  readonly redrawn: readonly (Style & { readonly read: number })[];
}

export interface Redrawings {
  /** Float32 [height, width, channels]. */
  readonly image: Float32Array;
  /** The image under each label. */
  readonly redrawn: readonly Float32Array[];
  /** What the judge read under each label. */
  readonly read: readonly number[];
  readonly height: number;
  readonly width: number;
}

const ORIGINAL_COLUMNS = 2;
const COLUMNS_PER_LABEL = 3;

/** One row as a message carries it: slant and thickness of the original, then class read, slant and thickness under each label. */
export function swapRow({ image, redrawn, read, height, width }: Redrawings): number[] {
  const { slant, thickness } = measureStyle({ image, height, width });
  return [slant, thickness, ...redrawn.flatMap((drawn, label) => {
    const style = measureStyle({ image: drawn, height, width });
    return [read[label] ?? Number.NaN, style.slant, style.thickness];
  })];
}

/** Numbers of such a row. */
export function swapColumns(classes: number): number {
  return ORIGINAL_COLUMNS + COLUMNS_PER_LABEL * classes;
}

/** The inverse of `swapRow`, for rows one after another. */
export function swapRows(values: Float32Array, classes: number): SwapRow[] {
  const columns = swapColumns(classes);
  return Array.from({ length: values.length / columns }, (_, index) => {
    const at = (column: number): number => values[index * columns + column] ?? Number.NaN;
    return {
      original: { slant: at(0), thickness: at(1) },
      redrawn: Array.from({ length: classes }, (_unused, label) => {
        const first = ORIGINAL_COLUMNS + COLUMNS_PER_LABEL * label;
        return { read: at(first), slant: at(first + 1), thickness: at(first + 2) };
      }),
    };
  });
}

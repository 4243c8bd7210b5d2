/** The class with the largest value of a row, the first one of several; -1 if a value is not a number. */
export function likeliestClass(row: Float32Array): number {
  return row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity));
}

/**
 * Means of per-example figures, added up in the examples' order; not a number if none is counted. `chunks`: float32
 * [examples, figures] each.
 */
export function meanFigures(
  chunks: readonly Float32Array[],
  figures: readonly string[],
  isCounted: (example: number) => boolean = () => true,
): Record<string, number> {
  const sums = new Float64Array(figures.length);
  let [examples, counted] = [0, 0];
  for (const chunk of chunks) {
    for (let row = 0; row < chunk.length; row += figures.length, examples += 1) {
      if (!isCounted(examples)) continue;
      counted += 1;
      for (let column = 0; column < figures.length; column += 1) sums[column] = (sums[column] ?? 0) + (chunk[row + column] ?? 0);
    }
  }
  return Object.fromEntries(figures.map((figure, index) => [figure, (sums[index] ?? 0) / counted]));
}

/** Means of per-example figures, added up in the examples' order. `chunks`: float32 [examples, figures] each. */
export function meanFigures(chunks: readonly Float32Array[], figures: readonly string[]): Record<string, number> {
  const sums = new Float64Array(figures.length);
  let examples = 0;
  for (const chunk of chunks) {
    for (const [index, value] of chunk.entries()) sums[index % figures.length] = (sums[index % figures.length] ?? 0) + value;
    examples += chunk.length / figures.length;
  }
  return Object.fromEntries(figures.map((figure, index) => [figure, (sums[index] ?? 0) / examples]));
}

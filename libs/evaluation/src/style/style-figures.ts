/** How well the style of an image survives being redrawn under other labels: correlations over examples, -1 to 1. */
export interface StyleFigures {
  readonly slant_correlation: number;
  readonly thickness_correlation: number;
}

/** What was measured of the redrawn test images. */
export interface RedrawnStyles {
  /** Label of each example. */
  readonly sources: Int32Array;
  /** [examples]. */
  readonly original: Float32Array;
  /** [examples, classes]: under each label. */
  readonly redrawn: Float32Array;
}

/**
 * Mean over all pairs of labels (source, other target) of the correlation, over the examples of the source, between a measure
 * of the original and of the redrawn image. Within a pair, so that it does not count that some digits always lean or are thick.
 */
export function styleCorrelation({ sources, original, redrawn }: RedrawnStyles, classes: number): number {
  const found: number[] = [];
  for (let source = 0; source < classes; source += 1) {
    const examples = [...sources.keys()].filter((example) => sources[example] === source);
    for (let target = 0; target < classes; target += 1) {
      if (target === source) continue;
      const value = correlation(examples.map((example) => [original[example] ?? 0, redrawn[example * classes + target] ?? 0]));
      if (!Number.isNaN(value)) found.push(value);
    }
  }
  return found.length === 0 ? 0 : found.reduce((sum, value) => sum + value, 0) / found.length;
}

/** Pearson's; not a number where one side does not vary. */
function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (side: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xy += (x - meanX) * (y - meanY);
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/** How a digit is written, whatever digit it is. */
export interface Style {
  /** Radians by which the strokes lean to the right. */
  readonly slant: number;
  /** Width of the strokes in pixels. */
  readonly thickness: number;
}

export interface StyledImage {
  /** Float32 [height, width, channels] in [-1, 1]; light strokes on dark ground. */
  readonly image: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Slant by the second moments of the ink (how far x moves with y), thickness as twice the ink over the length of its edges, for
 * which the total variation stands: it is the same however soft an edge is. An empty image has slant and thickness 0.
 */
export function measureStyle({ image, height, width }: StyledImage): Style {
  const channels = image.length / (height * width);
  const ink = (row: number, column: number): number => {
    if (row >= height || column >= width) return 0;
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += image[(row * width + column) * channels + channel] as number;
    return Math.max(0, (sum / channels + 1) / 2);
  };
  let [total, sumX, sumY, edges] = [0, 0, 0, 0];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const here = ink(row, column);
      total += here;
      sumX += here * column;
      sumY += here * row;
      edges += Math.hypot(ink(row, column + 1) - here, ink(row + 1, column) - here);
    }
  }
  if (total < LEAST_INK || edges === 0) return { slant: 0, thickness: 0 };
  const [meanX, meanY] = [sumX / total, sumY / total];
  let [xy, yy] = [0, 0];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      xy += ink(row, column) * (column - meanX) * (row - meanY);
      yy += ink(row, column) * (row - meanY) ** 2;
    }
  }
  // Rows count downwards: what leans to the right moves to the left on its way down.
  return { slant: Math.atan2(-xy, yy), thickness: (2 * total) / edges };
}

/** An image with less ink than one full pixel counts as empty. */
const LEAST_INK = 1;

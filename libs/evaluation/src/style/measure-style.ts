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
  const ink = inkOf({ image, height, width });
  let [total, sumX, sumY, edges] = [0, 0, 0, 0];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = row * width + column;
      const here = ink[at] as number;
      total += here;
      sumX += here * column;
      sumY += here * row;
      const right = (column + 1 < width ? (ink[at + 1] as number) : 0) - here;
      const below = (row + 1 < height ? (ink[at + width] as number) : 0) - here;
      edges += Math.sqrt(right * right + below * below);
    }
  }
  if (total < LEAST_INK || edges === 0) return { slant: 0, thickness: 0 };
  const [meanX, meanY] = [sumX / total, sumY / total];
  let [xy, yy] = [0, 0];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const here = ink[row * width + column] as number;
      xy += here * (column - meanX) * (row - meanY);
      yy += here * (row - meanY) * (row - meanY);
    }
  }
  // Rows count downwards: what leans to the right moves to the left on its way down.
  return { slant: Math.atan2(-xy, yy), thickness: (2 * total) / edges };
}

/** How light each pixel is over all channels, 0 to 1: [height * width]. */
function inkOf({ image, height, width }: StyledImage): Float64Array {
  const ink = new Float64Array(height * width);
  const channels = image.length / ink.length;
  for (let pixel = 0; pixel < ink.length; pixel += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += image[pixel * channels + channel] as number;
    ink[pixel] = Math.max(0, (sum / channels + 1) / 2);
  }
  return ink;
}

/** An image with less ink than one full pixel counts as empty. */
const LEAST_INK = 1;

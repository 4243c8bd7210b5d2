import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { ImageShape } from '../model/inputs.js';
import { seededGenerator } from '../seeded-generator.js';

/** How training images are distorted, each by itself. Changes are drawn evenly between minus and plus these values. */
export interface Augmentation {
  /** Change of height and of width, as a share of them. */
  readonly scale: number;
  /** Radians. */
  readonly rotation: number;
  /** Change of place, as a share of the side. */
  readonly shift: number;
  /** Whether every other image, by chance, becomes its negative. */
  readonly invert: boolean;
  /** Whether every other image, by chance, is seen in a mirror. */
  readonly flip: boolean;
}

/** Which part of which batch the images are. */
export interface AugmentedPart {
  readonly seed: number;
  readonly round: number;
  readonly shard: number;
  /** Of a batch that one step of the round sees alone: what tells the step from the others of the round. */
  readonly step?: readonly number[];
}

/**
 * Distorted copies of images [count, height, width, channels] of values around 0, by bilinear interpolation; beyond the border
 * the border goes on. A pure function of its arguments, so that a recomputed shard sees the same images.
 */
export function augment(images: Float32Array, shape: ImageShape, augmentation: Augmentation, part: AugmentedPart): Float32Array {
  const { seed, round, shard, step = [] } = part;
  const length = shape.height * shape.width * shape.channels;
  const augmented = new Float32Array(images.length);
  const generator = seededGenerator('augmentation', seed, JSON.stringify([round, shard, ...step]));
  const draw = (most: number): number => (2 * uniformFloat64(generator) - 1) * most;
  const { scale, rotation, shift, invert, flip } = augmentation;
  const isResampled = scale !== 0 || rotation !== 0 || shift !== 0;
  for (let start = 0; start < images.length; start += length) {
    const [tall, wide, angle, down, right, sign] = [draw(scale), draw(scale), draw(rotation), draw(shift), draw(shift), draw(1)];
    const isFlipped = flip && draw(1) < 0;
    const resampling: Resampling = {
      from: images.subarray(start, start + length), into: augmented.subarray(start, start + length), shape,
      sign: invert && sign < 0 ? -1 : 1,
    };
    if (isResampled) {
      const [height, width] = [1 + tall, 1 + wide];
      const placement = placementOf({ height, width, angle, down: down * shape.height, right: right * shape.width, isFlipped });
      resample(resampling, placement);
    } else {
      copy(resampling, isFlipped);
    }
  }
  return augmented;
}

/** What `resample` gives of an image whose pixels stay in their places, or change them for those of its mirror image. */
function copy({ from, into, shape: { width, channels }, sign }: Resampling, isFlipped: boolean): void {
  for (let target = 0; target < into.length; target += channels) {
    const pixel = target / channels;
    const column = pixel % width;
    const source = isFlipped ? (pixel - column + width - 1 - column) * channels : target;
    for (let channel = 0; channel < channels; channel += 1) into[target + channel] = sign * (from[source + channel] as number);
  }
}

/** From a place relative to the middle of the new image to one of the old: row = a y + b x + c, column = d y + e x + f. */
type Placement = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

interface Distortion {
  readonly height: number;
  readonly width: number;
  /** Radians. */
  readonly angle: number;
  readonly down: number;
  readonly right: number;
  readonly isFlipped: boolean;
}

function placementOf({ height, width, angle, down, right, isFlipped }: Distortion): Placement {
  const [sine, cosine] = [sineOf(angle), cosineOf(angle)];
  const side = isFlipped ? -1 : 1;
  return [cosine / height, sine / height, down, (side * -sine) / width, (side * cosine) / width, side * right];
}

/**
 * Taylor's first terms: exact to 1e-5 up to 0.6 radians (recipes rotate by 0.2 at most), and the same in every version of Node,
 * which Math.sin need not be.
 */
function sineOf(angle: number): number {
  return angle * (1 - (angle * angle / 6) * (1 - angle * angle / 20));
}

function cosineOf(angle: number): number {
  return 1 - (angle * angle / 2) * (1 - (angle * angle / 12) * (1 - angle * angle / 30));
}

interface Resampling {
  readonly from: Float32Array;
  readonly into: Float32Array;
  readonly shape: ImageShape;
  /** 1, or -1 for the negative. */
  readonly sign: 1 | -1;
}

function resample({ from, into, shape: { height, width, channels }, sign }: Resampling, [a, b, c, d, e, f]: Placement): void {
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  let target = 0;
  for (let y = -middleRow; y <= middleRow; y += 1) {
    for (let x = -middleColumn; x <= middleColumn; x += 1) {
      const row = clamp(a * y + b * x + c + middleRow, height - 1);
      const column = clamp(d * y + e * x + f + middleColumn, width - 1);
      const [top, left] = [Math.floor(row), Math.floor(column)];
      const [below, beside] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
      const [toBelow, toBeside] = [row - top, column - left];
      const corner = (top * width + left) * channels;
      const cornerBeside = (top * width + beside) * channels;
      const cornerBelow = (below * width + left) * channels;
      const cornerAcross = (below * width + beside) * channels;
      for (let channel = 0; channel < channels; channel += 1, target += 1) {
        const upper = (from[corner + channel] as number) * (1 - toBeside) + (from[cornerBeside + channel] as number) * toBeside;
        const lower = (from[cornerBelow + channel] as number) * (1 - toBeside) + (from[cornerAcross + channel] as number) * toBeside;
        into[target] = sign * (upper * (1 - toBelow) + lower * toBelow);
      }
    }
  }
}

function clamp(place: number, most: number): number {
  return place < 0 ? 0 : place > most ? most : place;
}

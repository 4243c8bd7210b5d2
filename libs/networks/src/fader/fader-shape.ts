import { batchNorm } from '../vocabulary/batch-norm.js';
import { instanceNorm } from '../vocabulary/group-norm.js';
import type { Layer } from '../vocabulary/layer.js';

/** What encoder, decoder and discriminator of Fader Networks have in common. */
export interface FaderShape {
  /** Of an image, in pixels: multiples of 2 to the power of the depth. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Maps of the encoder's first layer; each layer behind it has twice as many, up to a bound. */
  readonly firstMaps: number;
  readonly mostMaps: number;
  /** Layers of the encoder, each of which halves both sides, and of the decoder, each of which doubles them. */
  readonly depth: number;
  /** By what layers are normalised: the batch, or each example's map by itself. */
  readonly normalisation: 'batch' | 'instance';
}

/** What `FaderShape` says of the images and maps of a network of another purpose, such as one that reads latents. */
export type FaderMaps = Omit<FaderShape, 'normalisation'>;

/** Maps behind the encoder's layer of that index, from 0 on. Behind its last layer, the discriminator goes on counting. */
export function mapsBehind({ firstMaps, mostMaps }: Pick<FaderShape, 'firstMaps' | 'mostMaps'>, layer: number): number {
  return Math.min(firstMaps * 2 ** layer, mostMaps);
}

/** The maps that are the latent: [height, width, maps]. In a row, its numbers lie pixel by pixel, and in each pixel map by map. */
export function faderLatent(shape: FaderMaps): readonly [number, number, number] {
  const { height, width, depth } = shape;
  return [height / 2 ** depth, width / 2 ** depth, mapsBehind(shape, depth - 1)];
}

/** A norm with a learnt scale and shift of each map. */
export function faderNorm(kind: FaderShape['normalisation']): Layer {
  return NORMS[kind]();
}

const NORMS: Readonly<Record<FaderShape['normalisation'], () => Layer>> = {
  batch: batchNorm,
  instance: () => instanceNorm({ affine: true }),
};

/** Of the leaky ReLU behind every layer of encoder and discriminator. */
export const FADER_SLOPE = 0.2;
/** Side of their windows, which move by two pixels. */
export const FADER_WINDOW = 4;

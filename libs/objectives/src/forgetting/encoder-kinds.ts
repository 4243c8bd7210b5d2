import { LetheError } from '@lethe/errors';
import {
  articleDecoder, articleEncoder, denseDecoder, denseEncoder, faderDecoder, faderEncoder, faderLatent, type FaderShape, type NetworkSpec,
} from '@lethe/networks';
import type { GameFacts } from '../game-facts.js';

/**
 * Networks by what they read: `article` and `fader` convolve images, `perceptron` takes the numbers of a table's row or a vector. The
 * latent of `fader` is maps.
 */
export type EncoderKind = 'article' | 'perceptron' | 'fader';

export interface EncoderOptions {
  /** `by-input`: the article's for images, a perceptron for all else. */
  readonly kind: EncoderKind | 'by-input';
  /** Of the hidden layers of a perceptron, and of the decoder that belongs to it; of `fader`, maps of the first layer. */
  readonly width: number;
  /** Hidden layers of a perceptron; of `fader`, layers. */
  readonly depth: number;
  /** Of `fader`: most maps of a layer. */
  readonly mostMaps: number;
  readonly normalisation: FaderShape['normalisation'];
  /** Of `fader`: how its decoder doubles the sides. */
  readonly upsampling: 'transposed' | 'nearest';
}

/** What the networks of every kind are made by. */
export interface AutoencoderOptions extends Pick<GameFacts, 'height' | 'width' | 'channels'> {
  readonly encoder: EncoderOptions;
  /** Null where the encoder says it. */
  readonly latentSize: number | null;
  readonly encoderDropout: number;
  readonly decoderDropout: number;
}

/** What the encoder is to give. */
export interface CodeOptions {
  readonly latentSize: number;
  readonly codesPerLatent: 1 | 2;
  /** Numbers of the code besides, which are no latent's. */
  readonly furtherCodes: number;
  /** Whether the code passes the encoder's last activation. */
  readonly activated: boolean;
}

interface EncoderAndDecoder {
  /** Numbers of the latent. @throws LetheError CONFIG_INVALID for examples or settings that are not for this kind */
  readonly latentSize: (options: AutoencoderOptions) => number;
  readonly encoder: (options: AutoencoderOptions, code: CodeOptions) => NetworkSpec;
  /** @param told numbers that the decoder is told beside the latent */
  readonly decoder: (options: AutoencoderOptions, told: number, latentSize: number) => NetworkSpec;
}

const KINDS: Readonly<Record<EncoderKind, EncoderAndDecoder>> = {
  article: {
    latentSize: (options) => {
      const { height, width } = options;
      if (!isImage(options)) throw refused('perceptron for rows of a table and vectors', 'article, which convolves images');
      if (height % 4 !== 0 || width % 4 !== 0) {
        const expected = `perceptron for images whose sides are no multiples of 4 pixels (${height} x ${width})`;
        throw refused(expected, 'article, which halves both twice');
      }
      return saidSize(options);
    },
    encoder: (options, code) => articleEncoder({ ...options, ...code, codeSize: codeSizeOf(code), dropoutRate: options.encoderDropout }),
    decoder: (options, told, latentSize) => (
      articleDecoder({ ...options, latentSize, classes: told, dropoutRate: options.decoderDropout })
    ),
  },
  perceptron: {
    latentSize: saidSize,
    encoder: ({ height, width, channels, encoder, encoderDropout }, code) => denseEncoder({
      codeSize: codeSizeOf(code), activated: code.activated, inputs: height * width * channels, width: encoder.width, depth: encoder.depth,
      dropoutRate: encoderDropout,
    }),
    decoder: ({ height, width, channels, encoder, decoderDropout }, told, latentSize) => denseDecoder({
      latentSize, told, shape: [height, width, channels], width: encoder.width, depth: encoder.depth, dropoutRate: decoderDropout,
    }),
  },
  fader: {
    latentSize: faderLatentSize,
    encoder: (options, { codesPerLatent, furtherCodes, activated }) => (
      faderEncoder({ ...faderShape(options), codesPerLatent, furtherCodes, activated, dropoutRate: options.encoderDropout })
    ),
    decoder: (options, told) => faderDecoder({
      ...faderShape(options), told, upsampling: options.encoder.upsampling, dropoutRate: options.decoderDropout,
    }),
  },
};

/** The kind of networks that examples of that size get. */
export function encoderKind({ encoder: { kind }, ...image }: Pick<AutoencoderOptions, 'encoder' | 'height' | 'width'>): EncoderKind {
  return kind === 'by-input' ? (isImage(image) ? 'article' : 'perceptron') : kind;
}

/** Encoder and decoder of that kind. */
export function encoderAndDecoder(kind: EncoderKind): EncoderAndDecoder {
  return KINDS[kind];
}

/** Sizes of the networks `fader`. */
export function faderShape({ height, width, channels, encoder }: AutoencoderOptions): FaderShape {
  const { width: firstMaps, mostMaps, depth, normalisation } = encoder;
  return { height, width, channels, firstMaps, mostMaps, depth, normalisation };
}

function faderLatentSize(options: AutoencoderOptions): number {
  const { height, width, encoder: { depth, width: firstMaps, mostMaps }, latentSize } = options;
  if (!isImage(options)) throw refused('perceptron for rows of a table and vectors', 'fader, which convolves images');
  const halving = 2 ** depth;
  if (height % halving !== 0 || width % halving !== 0) {
    const expected = `a depth whose layers halve ${height} x ${width} pixels without a remainder`;
    throw new LetheError('CONFIG_INVALID', `--encoder-depth: expected ${expected} with the encoder fader, found ${depth}`);
  }
  if (mostMaps < firstMaps) {
    const expected = `at least the maps of the first layer (${firstMaps})`;
    throw new LetheError('CONFIG_INVALID', `--encoder-most-maps: expected ${expected}, found ${mostMaps}`);
  }
  const [rows, columns, maps] = faderLatent(faderShape(options));
  const size = rows * columns * maps;
  if (latentSize === null || latentSize === size) return size;
  const expected = `null in --config with the encoder fader, whose latent is ${rows} x ${columns} x ${maps} = ${size} numbers`;
  throw new LetheError('CONFIG_INVALID', `objective.latentSize (--latent-size): expected ${expected}, found ${latentSize}`);
}

function saidSize({ latentSize, encoder: { kind } }: AutoencoderOptions): number {
  if (latentSize !== null) return latentSize;
  throw new LetheError('CONFIG_INVALID', `objective.latentSize (--latent-size): expected a number with the encoder ${kind}, found null`);
}

function codeSizeOf({ latentSize, codesPerLatent, furtherCodes }: CodeOptions): number {
  return codesPerLatent * latentSize + furtherCodes;
}

function isImage({ height, width }: Pick<AutoencoderOptions, 'height' | 'width'>): boolean {
  return height > 1 && width > 1;
}

function refused(expected: string, found: string): LetheError {
  return new LetheError('CONFIG_INVALID', `--encoder: expected ${expected}, found ${found}`);
}

import { LetheError } from '@lethe/errors';
import { latentDiscriminator, perceptron, type FaderMaps, type NetworkSpec } from '@lethe/networks';

/** `perceptron`: one of each attribute; `convolutional`: over the maps of the encoder `fader`, one of all attributes. */
export type AdversaryKindName = 'perceptron' | 'convolutional';

export interface AdversaryOptions {
  readonly kind: AdversaryKindName;
  readonly width: number;
  /** Hidden layers. */
  readonly depth: number;
  readonly activation: 'relu' | 'tanh';
  readonly dropout: number;
  /** Brings the latent to mean 0 and deviation 1 first, as a probe does. */
  readonly standardise: boolean;
  readonly spectralNorm: boolean;
  /** What it reads in training: the latent without its noise, as a probe does, or with it. */
  readonly reads: 'mean' | 'sample';
  /** Number of adversaries that read each attribute, and that the encoder has to fool at once. */
  readonly members: number;
  /** Rounds after which the next of them starts afresh; null: never. */
  readonly freshEveryRounds: number | null;
}

/** What an adversary reads. */
export interface AdversaryInput {
  readonly latentSize: number;
  /** Numbers beside the latent: the kept label under `odds`. */
  readonly told: number;
  /** The maps that the latent is; null: it is none. */
  readonly maps: FaderMaps | null;
}

export interface AdversaryKind {
  /** Whether one network reads all attributes, or each one has networks of its own. */
  readonly isShared: boolean;
  /** Whether what it is told is an input of its own, or stands behind the latent. */
  readonly hasToldApart: boolean;
  /**
   * Log-probabilities of the categories of each attribute, side by side.
   *
   * @throws LetheError CONFIG_INVALID for settings that are not for this kind
   */
  readonly network: (options: AdversaryOptions, input: AdversaryInput, of: { name: string; categories: readonly number[] }) => NetworkSpec;
}

export const ADVERSARY_KINDS: Readonly<Record<AdversaryKindName, AdversaryKind>> = {
  perceptron: {
    isShared: false,
    hasToldApart: false,
    network: (options, { latentSize, told }, { name, categories: [classes = 0] }) => perceptron({
      name, classes,
      inputs: latentSize + told,
      hidden: new Array<number>(options.depth).fill(options.width),
      activation: options.activation,
      dropoutRate: options.dropout,
      standardise: options.standardise,
      spectralNorm: options.spectralNorm,
    }),
  },
  convolutional: {
    isShared: true,
    hasToldApart: true,
    network: ({ width, dropout, standardise, spectralNorm }, { maps, told }, { name, categories }) => {
      if (maps === null) {
        throw refused('--adversary', 'perceptron unless the encoder is fader (--encoder), whose latent is maps', 'convolutional');
      }
      if (standardise) throw refused('--adversary-standardise', 'it with a perceptron alone', 'it with convolutional');
      if (spectralNorm) throw refused('--adversary-spectral-norm', 'it with a perceptron alone', 'it with convolutional');
      return latentDiscriminator({ ...maps, name, told, categories, hidden: width, dropoutRate: dropout });
    },
  },
};

function refused(flag: string, expected: string, found: string): LetheError {
  return new LetheError('CONFIG_INVALID', `${flag}: expected ${expected}, found ${found}`);
}

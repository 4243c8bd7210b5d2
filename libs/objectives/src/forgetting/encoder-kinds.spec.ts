import type { NetworkSpec } from '@lethe/networks';
import { describe, expect, it } from 'vitest';
import { forgettingObjective, type ForgettingOptions } from '../forgetting.js';
import type { ForgottenAttribute } from '../game-facts.js';

function binary(name: string): ForgottenAttribute {
  return { name, of: [name], categories: ['no', 'yes'], counts: [4, 2], countsByLabel: [[2, 1], [2, 1]], missing: 0, isLabel: false };
}

const HAIR: ForgottenAttribute = { ...binary('hair'), categories: ['fair', 'dark', 'none'], counts: [2, 2, 2], countsByLabel: [] };
const FACES: ForgettingOptions = {
  height: 16, width: 16, channels: 3, classes: 2, kept: [], forgotten: [binary('glasses'), HAIR], latentSize: null,
  encoder: { kind: 'fader', width: 4, depth: 2, mostMaps: 8, normalisation: 'batch', upsampling: 'transposed' },
  encoderDropout: 0, decoderDropout: 0, bottleneck: 'article', head: { width: 4, depth: 1 },
  adversary: {
    kind: 'convolutional', width: 6, depth: 1, activation: 'relu', dropout: 0.3, standardise: false, spectralNorm: false, reads: 'mean',
    members: 1, freshEveryRounds: null,
  },
  independence: 'parity', jointly: false, balanced: false, rebuild: true, rebuildWeight: 1, weights: {},
  eraser: { couplings: 0, covariances: false, leastVariance: 0, width: 4, predictionWeight: 0.01, learnsWith: 'encoder' },
  hiding: 'wrong-label', beta: 0.1, betaRampRounds: 0, divergenceWeight: 0, classifierTurns: 1, batchPer: 'round', frozenMode: 'training',
};

function networksOf(options: ForgettingOptions): NetworkSpec[] {
  return forgettingObjective(options).groups.flatMap(({ networks }) => networks);
}

const shapesOf = (options: ForgettingOptions): unknown[] => (
  networksOf(options).map(({ name, inputShape, outputShape }) => [name, inputShape, outputShape])
);
const filterOf = (name: string, options: ForgettingOptions): readonly number[] | undefined => (
  networksOf(options).find((network) => network.name === name)?.tensors[0]?.shape
);

describe('the networks of Fader Networks in the game', () => {
  it('have a latent of maps, one adversary with outputs for every attribute, and a decoder that is told all of them', () => {
    expect(shapesOf(FACES)).toEqual([
      ['classifier', [4 * 4 * 8], [2 + 3]], ['encoder', [16, 16, 3], [4 * 4 * 8]], ['bottleneck', undefined, undefined],
      ['decoder', [4 * 4 * 8], [16, 16, 3]],
    ]);
    expect(forgettingObjective(FACES).encodedSize).toBe(4 * 4 * 8);
    // Maps of the latent and those that are told: two of the glasses, three of the hair.
    expect(filterOf('decoder', FACES)).toEqual([4, 4, 4, 8 + 5]);
    expect(networksOf({ ...FACES, adversary: { ...FACES.adversary, members: 2 } }).map(({ name }) => name).slice(0, 2))
      .toEqual(['classifier', 'classifier-2']);
  });

  it('hide from a perceptron of each attribute too, and given the kept label', () => {
    const perceptrons = { ...FACES, adversary: { ...FACES.adversary, kind: 'perceptron' as const } };
    expect(networksOf(perceptrons).map(({ name }) => name)).toEqual(['classifier', 'classifier-2', 'encoder', 'bottleneck', 'decoder']);
    expect(filterOf('classifier', { ...FACES, independence: 'odds' })).toEqual([4, 4, 8 + 2, 8]);
  });

  it.each<[string, Partial<ForgettingOptions>, string]>([
    ['a latent of another size', { latentSize: 64 }, 'objective.latentSize (--latent-size): expected null in --config with the encoder '
      + 'fader, whose latent is 4 x 4 x 8 = 128 numbers, found 64'],
    ['no size of the latent of a perceptron', { encoder: { ...FACES.encoder, kind: 'perceptron' } },
      'objective.latentSize (--latent-size): expected a number with the encoder perceptron, found null'],
    ['more layers than the sides halve', { encoder: { ...FACES.encoder, depth: 5 } },
      '--encoder-depth: expected a depth whose layers halve 16 x 16 pixels without a remainder with the encoder fader, found 5'],
    ['rows of a table', { height: 1, width: 1 }, '--encoder: expected perceptron for rows of a table and vectors, found fader, which '
      + 'convolves images'],
    ['fewer maps at most than at first', { encoder: { ...FACES.encoder, mostMaps: 2 } },
      '--encoder-most-maps: expected at least the maps of the first layer (4), found 2'],
    ['convolutions over no maps', { latentSize: 8, encoder: { ...FACES.encoder, kind: 'article' } },
      '--adversary: expected perceptron unless the encoder is fader (--encoder), whose latent is maps, found convolutional'],
  ])('refuse %s', (_, changes, message) => {
    expect(() => forgettingObjective({ ...FACES, ...changes })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }));
  });
});

import { readFileSync } from 'node:fs';
import { loadEngine } from '@lethe/tensorflow';
import { describe, expect, it } from 'vitest';
import { expectGolden, type GoldenCase, type GoldenNetwork } from '../../testing/golden-networks.js';
import type { NetworkSpec } from '../network.js';
import { faderDecoder } from './fader-decoder.js';
import { faderEncoder } from './fader-encoder.js';
import { faderLatent, type FaderShape } from './fader-shape.js';
import { latentDiscriminator } from './latent-discriminator.js';

const FILE = new URL('../../golden/fader.json', import.meta.url);
const golden = JSON.parse(readFileSync(FILE, 'utf8')) as Readonly<Record<string, GoldenCase>>;

const SMALL: FaderShape = { height: 16, width: 16, channels: 3, firstMaps: 4, mostMaps: 8, depth: 2, normalisation: 'batch' };
const ATTRIBUTES = [2, 3];
const TOLD = [0, 1, 2, 3].map((example) => (
  ATTRIBUTES.flatMap((count) => Array.from({ length: count }, (_, category) => Number(example % count === category)))
));
const IMAGE = [16, 16, 3];
const LATENT = [4 * 4 * 8];

const encoder = (shape: FaderShape, codesPerLatent: 1 | 2 = 1): NetworkSpec => (
  faderEncoder({ ...shape, codesPerLatent, furtherCodes: 0, activated: codesPerLatent === 1, dropoutRate: 0 })
);
const discriminator = (shape: FaderShape, categories = ATTRIBUTES): NetworkSpec => (
  latentDiscriminator({ ...shape, name: 'classifier', told: 0, categories, hidden: 6, dropoutRate: 0 })
);

/** The cases of golden/fader.py. */
const CASES: Readonly<Record<string, GoldenNetwork>> = {
  'encoder, batch': { network: encoder(SMALL), input: IMAGE, step: null },
  'encoder, instance': { network: encoder({ ...SMALL, normalisation: 'instance' }), input: IMAGE, step: null },
  'decoder, batch, transposed': {
    network: faderDecoder({ ...SMALL, told: 5, upsampling: 'transposed', dropoutRate: 0 }), input: LATENT, told: TOLD, step: 2e-4,
  },
  'decoder, instance, nearest': {
    network: faderDecoder({ ...SMALL, normalisation: 'instance', told: 5, upsampling: 'nearest', dropoutRate: 0 }),
    input: LATENT, told: TOLD, step: 2e-4,
  },
  'discriminator': { network: discriminator(SMALL), input: LATENT, step: 2e-4 },
};

describe.each(['native', 'wasm'] as const)('networks of Fader Networks on %s', (prefer) => {
  it.each(Object.keys(CASES))('%s gives what PyTorch gives, and its gradients', async (name) => {
    await expectGolden(await loadEngine({ prefer }), CASES[name]!, golden[name]!);
  });
});

describe('networks of Fader Networks', () => {
  it.each([
    { side: 64, depth: 4, firstMaps: 32, latent: [4, 4, 256], convolutions: 2 },
    { side: 128, depth: 5, firstMaps: 32, latent: [4, 4, 512], convolutions: 2 },
    { side: 256, depth: 6, firstMaps: 32, latent: [4, 4, 512], convolutions: 2 },
    { side: 256, depth: 7, firstMaps: 16, latent: [2, 2, 512], convolutions: 1 },
  ])('of $side pixels and $depth layers have the maps of the paper', ({ side, depth, firstMaps, latent, convolutions }) => {
    const shape = { ...SMALL, height: side, width: side, depth, firstMaps, mostMaps: 512 };
    expect(faderLatent(shape)).toEqual(latent);
    expect(encoder(shape).outputShape).toEqual([latent.reduce((product, size) => product * size)]);
    expect(discriminator(shape).layers?.filter(({ name }) => name.startsWith('convolution'))).toHaveLength(convolutions);
    const decoder = faderDecoder({ ...shape, told: 2, upsampling: 'transposed', dropoutRate: 0.3 });
    expect(decoder.outputShape).toEqual([side, side, 3]);
    // Every layer reads what is told.
    const inputs = decoder.layers?.filter(({ name }) => name.includes('transposed')).map(({ inputShape }) => inputShape[2]);
    expect(inputs).toEqual(Array.from({ length: depth }, (_, index) => Math.min(firstMaps * 2 ** (depth - 1 - index), 512) + 2));
    expect(decoder.layers?.filter(({ name }) => name.includes('dropout'))).toHaveLength(3);
  });

  it('drop values where the authors\' code does: behind the activation, but in the decoder in front of it', () => {
    const shape = { ...SMALL, height: 64, width: 64, depth: 5 };
    const kinds = ({ layers = [] }: NetworkSpec): string => layers.map(({ name }) => name.replace(/^layer\d+\.|\d+$/g, '')).join(' ');
    const options = { ...shape, dropoutRate: 0.3 };
    const halving = 'convolution batchNorm leakyRelu dropout';
    expect(kinds(faderEncoder({ ...options, codesPerLatent: 1, furtherCodes: 0, activated: true }))).toBe(
      ['convolution leakyRelu dropout', halving, halving, halving, halving].join(' '),
    );
    const dropping = 'transposedConvolution batchNorm dropout relu';
    expect(kinds(faderDecoder({ ...options, told: 2, upsampling: 'transposed' }))).toBe(
      [dropping, dropping, dropping, 'transposedConvolution batchNorm relu', 'transposedConvolution tanh'].join(' '),
    );
    const classifier = latentDiscriminator({ ...options, name: 'classifier', told: 0, categories: ATTRIBUTES, hidden: 6 });
    expect(kinds(classifier)).toBe(`${halving} flatten linear leakyRelu linear`);
  });

  it('have further codes behind the maps, which are what they are without', () => {
    const options = { ...SMALL, codesPerLatent: 1 as const, activated: true, dropoutRate: 0 };
    const [plain, further] = [0, 3].map((furtherCodes) => faderEncoder({ ...options, furtherCodes }));
    expect(further!.outputShape).toEqual([4 * 4 * 8 + 3]);
    // Of what the last convolution reads: 8 x 8 pixels of 4 maps.
    expect(further!.tensors.slice(plain!.tensors.length).map(({ name, shape }) => [name, shape])).toEqual([
      ['further.weight', [8 * 8 * 4, 3]], ['further.bias', [3]],
    ]);
  });

  it('have two codes for each number of a latent, first all of one kind, and end without a norm then', async () => {
    const engine = await loadEngine({ prefer: 'wasm' });
    const twice = encoder(SMALL, 2);
    expect(twice.outputShape).toEqual([2 * 4 * 4 * 8]);
    expect(twice.normalisations).toEqual([]);
    // Of the last filter, the first eight maps are the first code: they are all that has weights here.
    const { operations } = engine;
    const parameters = new Map(twice.tensors.map(({ name, shape }) => {
      const size = shape.reduce((product, one) => product * one);
      const isSecondCode = (index: number): boolean => shape.at(-1) === 16 && index % 16 >= 8;
      const values = Array.from({ length: size }, (_, index) => (isSecondCode(index) ? 0 : Math.sin(index + 1)));
      return [name, operations.constant(values, shape)] as const;
    }));
    const images = operations.constant(Array.from({ length: 16 * 16 * 3 }, (_, index) => Math.cos(index)), [1, ...IMAGE]);
    const code = twice.forward({
      operations, parameter: (name) => parameters.get(name)!, batchNorm: (_, x) => x, batchNormByDomain: (_, x) => x, dropout: (x) => x,
      noise: () => null,
    }, images);
    const values = await code.data<'float32'>();
    expect(values.slice(0, 128).every((value) => value !== 0)).toBe(true);
    expect(values.slice(128).every((value) => value === 0)).toBe(true);
  });
});

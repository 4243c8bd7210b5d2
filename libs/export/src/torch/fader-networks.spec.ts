import { decodeSafetensors } from '@lethe/checkpoint';
import { layoutOf } from '@lethe/graphs';
import { describe, expect, it } from 'vitest';
import { exampleNetworks, type ExampleName } from '../../testing/example-networks.js';
import { channelsFirst } from '../graph/channels-first.js';
import { recordFunctions } from '../graph/record-functions.js';
import { faderNetworksFiles } from './fader-networks.js';
import { namedConstants } from './torch-names.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Of a norm with running statistics. */
const batchNorm = (layer: string, maps: number): Shapes => Object.fromEntries(
  ['weight', 'bias', 'running_mean', 'running_var'].map((tensor) => [`${layer}.${tensor}`, [maps]]),
);

/** The state dictionaries of the authors' classes, without the numbers of batches, which PyTorch adds. */
const EXPECTED: Readonly<Partial<Record<ExampleName, Readonly<Record<string, Shapes>>>>> = {
  'faces by the networks of Fader Networks': {
    autoencoder: {
      'enc_layers.0.0.weight': [4, 3, 4, 4], 'enc_layers.0.0.bias': [4],
      'enc_layers.1.0.weight': [8, 4, 4, 4], 'enc_layers.1.0.bias': [8], ...batchNorm('enc_layers.1.1', 8),
      'dec_layers.0.0.weight': [8 + 5, 4, 4, 4], ...batchNorm('dec_layers.0.1', 4),
      'dec_layers.1.0.weight': [4 + 5, 3, 4, 4],
    },
    latent_discriminator: {
      'conv_layers.0.0.weight': [12, 8, 4, 4], 'conv_layers.0.0.bias': [12], ...batchNorm('conv_layers.0.1', 12),
      'conv_layers.1.0.weight': [12, 12, 4, 4], 'conv_layers.1.0.bias': [12], ...batchNorm('conv_layers.1.1', 12),
      'proj_layers.0.weight': [6, 12], 'proj_layers.0.bias': [6], 'proj_layers.2.weight': [5, 6], 'proj_layers.2.bias': [5],
    },
  },
  'faces by instance norm and repeated pixels': {
    autoencoder: {
      'enc_layers.0.0.weight': [4, 3, 4, 4], 'enc_layers.0.0.bias': [4],
      'enc_layers.1.0.weight': [8, 4, 4, 4], 'enc_layers.1.0.bias': [8], 'enc_layers.1.1.weight': [8], 'enc_layers.1.1.bias': [8],
      'dec_layers.0.1.weight': [4, 8 + 2, 3, 3], 'dec_layers.0.1.bias': [4], 'dec_layers.0.2.weight': [4], 'dec_layers.0.2.bias': [4],
      'dec_layers.1.1.weight': [3, 4 + 2, 3, 3], 'dec_layers.1.1.bias': [3],
    },
  },
};

describe('networks of Fader Networks in files', () => {
  it.each(Object.keys(EXPECTED) as ExampleName[])('%s have the names and shapes of the authors, and the values of model.py', (name) => {
    const networks = exampleNetworks(name);
    const found = new Map(faderNetworksFiles(networks).map(([path, bytes]) => (
      [path, [...decodeSafetensors(bytes, path).tensors.values()]]
    )));
    const expected = EXPECTED[name] ?? {};
    for (const [file, shapes] of Object.entries(expected)) {
      const tensors = found.get(`fader_networks/${file}.safetensors`) ?? [];
      expect(Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor.shape]))).toEqual(shapes);
    }
    // What PyTorch computes with `model.py` is compared with what the run's engine computes.
    const known = namedConstants(channelsFirst(recordFunctions(networks))).filter(({ node }) => node.operation.name !== null);
    const texts = new Set(known.map(({ node: { operation: { values } } }) => values.join()));
    const own = found.get('fader_networks/autoencoder.safetensors') ?? [];
    expect(own.filter(({ values }) => !texts.has(values.join())).map((tensor) => tensor.name)).toEqual([]);
    expect(own).toHaveLength(known.length);
  });

  it('have the discriminator\'s weights with the axes of PyTorch', () => {
    const networks = exampleNetworks('faces by the networks of Fader Networks');
    const [, bytes] = faderNetworksFiles(networks).find(([path]) => path.includes('latent_discriminator')) ?? [];
    const { tensors } = decodeSafetensors(bytes ?? new Uint8Array(0), 'the discriminator');
    const layout = layoutOf(networks.description, 'classifier');
    const pairs = { 'conv_layers.1.0.weight': 'classifier.convolution2.weight', 'proj_layers.2.weight': 'classifier.linear2.weight' };
    for (const [theirs, own] of Object.entries(pairs)) {
      const { shape = [], offset = 0 } = layout.segments.find(({ name }) => name === own) ?? {};
      const [outputs = 1, inputs = 1] = tensors.get(theirs)?.shape ?? [];
      const positions = shape.slice(0, -2).reduce((product, size) => product * size, 1);
      const expected = Array.from({ length: outputs * inputs * positions }, (_, index) => {
        const [output, input] = [Math.floor(index / (inputs * positions)), Math.floor(index / positions) % inputs];
        return networks.vectors['group.classifier']?.[offset + ((index % positions) * inputs + input) * outputs + output];
      });
      expect([...tensors.get(theirs)?.values ?? []], theirs).toEqual(expected);
    }
  });

  it('are those of no other networks', () => {
    expect(faderNetworksFiles(exampleNetworks('the article\'s game'))).toEqual([]);
    expect(faderNetworksFiles(exampleNetworks('faces whose latents are maps'))).toEqual([]);
    expect(faderNetworksFiles(exampleNetworks('faces behind an eraser of covariances'))).toEqual([]);
  });
});

import { encodeSafetensors, type NamedTensor } from '@lethe/checkpoint';
import { deployedFunctions } from '@lethe/evaluation';
import { layoutOf, type RunDescription } from '@lethe/graphs';
import type { GroupLayout, Segment } from '@lethe/protocol';
import { exportedNames } from '../graph/exported-names.js';
import type { TrainedNetworks } from '../graph/record-functions.js';

type Objective = Extract<RunDescription['config']['objective'], { kind: 'forgetting' }>;

/** The layer of the authors' module that a layer of a network is; what it is called within the network, without the tensor's own name. */
type LayerName = (layer: string) => string;

/** A module of the authors' code: its file, and the networks of which it has the layers. */
interface Module {
  readonly file: string;
  readonly group: string;
  readonly layers: Readonly<Record<string, LayerName>>;
}

/**
 * The networks of Fader Networks under the names that their tensors have in the authors' code, as state dictionaries in files of
 * safetensors: `AutoEncoder` and `LatentDiscriminator`. Tensors lie as in PyTorch. The metadata `params` is what these classes are made by,
 * as JSON. None for networks that are not those of the authors' code: codes with noise, an encoder that predicts what an
 * eraser takes out, an adversary that reads more than the latent.
 *
 * @returns contents by their paths
 * @see https://github.com/facebookresearch/FaderNetworks (src/model.py)
 */
export function faderNetworksFiles(networks: TrainedNetworks): [path: string, bytes: Uint8Array][] {
  const { config: { objective } } = networks.description;
  if (objective.kind !== 'forgetting' || !hasTheirShape(objective, networks.description)) return [];
  const metadata = { format: 'pt', params: JSON.stringify(params(objective, networks.description)) };
  return modules(objective, networks.description).map(({ file, group, layers }) => {
    const { header, data } = encodeSafetensors(tensorsOf(networks, group, layers), metadata);
    return [`fader_networks/${file}.safetensors`, Buffer.concat([header, ...data])];
  });
}

function hasTheirShape(
  { encoder, bottleneck, eraser, rebuild }: Objective, { facts: { shape: { height, width } } }: RunDescription,
): boolean {
  const isPowerOfTwo = Number.isInteger(Math.log2(height));
  const erases = eraser.couplings > 0 || eraser.covariances;
  return encoder.kind === 'fader' && !erases && bottleneck.kind === 'article' && rebuild && height === width && isPowerOfTwo;
}

function modules({ encoder, adversary, fairness }: Objective, { objective: { groups } }: RunDescription): Module[] {
  const autoencoder: Module = {
    file: 'autoencoder', group: 'autoencoder',
    layers: {
      encoder: (layer) => `enc_layers.${stageOf(layer)}`,
      decoder: (layer) => `dec_layers.${decoderStage(layer, encoder.upsampling)}`,
    },
  };
  const adversaries = groups.find(({ name }) => name === 'classifier')?.networks ?? [];
  const isTheirs = adversary.kind === 'convolutional' && adversaries.length === 1 && fairness === 'parity';
  const discriminator: Module = { file: 'latent_discriminator', group: 'classifier', layers: { classifier: discriminatorStage } };
  return isTheirs ? [autoencoder, discriminator] : [autoencoder];
}

/** Convolution N is the first module of stage N - 1; the first stage has no norm. */
function stageOf(layer: string): string {
  const { kind, number } = partsOf(layer);
  return kind === 'convolution' ? `${number - 1}.0` : `${number}.1`;
}

/** "layer2.batchNorm1": of the second stage. In front of a convolution is the module that repeats pixels. */
function decoderStage(layer: string, upsampling: Objective['encoder']['upsampling']): string {
  const [stage = '', own = ''] = layer.split('.');
  const convolution = upsampling === 'nearest' ? 1 : 0;
  return `${partsOf(stage).number - 1}.${/convolution/i.test(own) ? convolution : convolution + 1}`;
}

/** Each stage has a convolution and a norm; between the linear layers is an activation. */
function discriminatorStage(layer: string): string {
  const { kind, number } = partsOf(layer);
  if (kind === 'linear') return `proj_layers.${2 * (number - 1)}`;
  return `conv_layers.${number - 1}.${kind === 'convolution' ? 0 : 1}`;
}

/** "batchNorm2": the second of its kind. */
function partsOf(layer: string): { kind: string; number: number } {
  const [, kind = '', number = ''] = /^([A-Za-z]+)(\d+)$/.exec(layer) ?? [];
  return { kind, number: Number(number) };
}

function tensorsOf({ description, vectors }: TrainedNetworks, group: string, layers: Module['layers']): NamedTensor[] {
  const layout = layoutOf(description, group);
  const values = vectors[`group.${group}`] ?? new Float32Array(0);
  const learnt = layout.segments.flatMap(({ name, shape, offset, length, network }) => {
    const renamed = renamedTensor(name, network, layers);
    return renamed === null ? [] : [torchTensor(renamed, shape, values.subarray(offset, offset + length))];
  });
  return [...learnt, ...runningStatistics(layout, vectors[`statistics.${group}`], layers)];
}

function runningStatistics(layout: GroupLayout, values: Float32Array | undefined, layers: Module['layers']): NamedTensor[] {
  return layout.statistics.flatMap(({ name, network, offset, channels }) => ['running_mean', 'running_var'].flatMap((kind, index) => {
    const renamed = renamedTensor(`${name}.${kind}`, network, layers);
    const from = offset + index * channels;
    return renamed === null || values === undefined ? [] : [
      { name: renamed, shape: [channels], values: values.slice(from, from + channels) },
    ];
  }));
}

/** "encoder.convolution1.weight" -> "enc_layers.0.0.weight"; null: of another network. */
function renamedTensor(name: string, network: string, layers: Module['layers']): string | null {
  const rename = layers[network];
  const words = name.slice(network.length + 1).split('.');
  return rename === undefined ? null : `${rename(words.slice(0, -1).join('.'))}.${words.at(-1) ?? ''}`;
}

/** PyTorch's weights have the axes of Lethe's in the opposite order, but for the window: [height, width, a, b] -> [b, a, height, width]. */
function torchTensor(name: string, shape: Segment['shape'], values: Float32Array): NamedTensor {
  if (shape.length === 1) return { name, shape, values: values.slice() };
  const [a = 1, b = 1] = shape.slice(-2);
  const window = shape.slice(0, -2);
  const positions = window.reduce((product, size) => product * size, 1);
  const turned = new Float32Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const [outer, inner, position] = [index % b, Math.floor(index / b) % a, Math.floor(index / (a * b))];
    turned[(outer * a + inner) * positions + position] = values[index] as number;
  }
  return { name, shape: [b, a, ...window], values: turned };
}

/** The authors' names for what networks are made by. `attr` has the names under which an exported decoder is told the attributes. */
function params({ encoder, adversary, encoderDropout, decoderDropout }: Objective, description: RunDescription): Record<string, unknown> {
  const { height, channels } = description.facts.shape;
  const names = exportedNames(description);
  const told = deployedFunctions(description).find(({ name }) => name === 'decoder')?.told ?? [];
  const attributes = told.map(({ input, categories }) => [names.input(input, [categories.length]), categories.length] as const);
  return {
    img_sz: height, img_fm: channels, init_fm: encoder.width, max_fm: encoder.mostMaps, n_layers: encoder.depth, n_skip: 0,
    deconv_method: encoder.upsampling === 'nearest' ? 'upsampling' : 'convtranspose', instance_norm: encoder.normalisation === 'instance',
    enc_dropout: encoderDropout, dec_dropout: decoderDropout, lat_dis_dropout: adversary.dropout, hid_dim: adversary.width,
    attr: attributes, n_attr: attributes.reduce((sum, [, count]) => sum + count, 0),
  };
}

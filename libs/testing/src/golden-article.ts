import { readFileSync } from 'node:fs';

/** Sum, Euclidean norm and first four values of a tensor in PyTorch's layout. */
export interface GoldenSummary {
  readonly sum: number;
  readonly l2: number;
  readonly first: readonly number[];
}

export interface GoldenTensor {
  readonly net: string;
  readonly layer: 'Conv2d' | 'ConvTranspose2d' | 'Linear' | 'BatchNorm';
  readonly kind: 'weight' | 'bias' | 'running_mean' | 'running_var';
  /** PyTorch's. */
  readonly shape: readonly number[];
  readonly fan_in?: number;
  readonly j?: number;
  readonly first_round_gradient?: GoldenSummary;
  readonly after_5_rounds: GoldenSummary;
}

/** Five rounds of the article's game computed with PyTorch in float32, without dropout, on 16 images. */
export interface GoldenArticle {
  readonly shards: number;
  readonly beta: number;
  readonly lr: number;
  readonly labels: readonly number[];
  readonly input: GoldenSummary;
  readonly rounds: readonly {
    readonly classifier_loss: number;
    readonly reconstruction_mse: number;
    readonly encoder_classifier_loss: number;
  }[];
  readonly first_round_latent: { readonly row0: readonly number[]; readonly row1: readonly number[] };
  readonly parameters: readonly GoldenTensor[];
  readonly eval_after_5_rounds: {
    readonly reconstruction_mse: number;
    readonly classifier_nll: number;
    readonly latent_row0: readonly number[];
  };
}

/** The golden numbers for one or four shards. */
export function goldenArticle(shards: 1 | 4): GoldenArticle {
  const name = shards === 1 ? 'article_rounds.json' : 'article_rounds_4_shards.json';
  return JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8')) as GoldenArticle;
}

/**
 * Where every parameter starts: value[i] = sin(0.7 i + j + 1) / sqrt(fan in), i in PyTorch's layout; scale 1, shift 0.
 * Returned in PyTorch's layout.
 */
export function goldenStart(tensor: GoldenTensor): Float32Array {
  const length = tensor.shape.reduce((product, size) => product * size, 1);
  const { j, fan_in: fanIn } = tensor;
  if (j === undefined || fanIn === undefined) return new Float32Array(length).fill(tensor.kind === 'weight' ? 1 : 0);
  return Float32Array.from({ length }, (_, i) => Math.sin(0.7 * i + j + 1) / Math.sqrt(fanIn));
}

/** Feature maps of [channels, rows, columns] flattened by PyTorch, of [rows, columns, channels] by Lethe. */
interface FlattenedMaps { readonly axis: 'in' | 'out'; readonly channels: number; readonly positions: number }

/** Layers whose input or output is flattened maps, by the name of Lethe's tensor. */
const FLATTENED: ReadonlyMap<string, FlattenedMaps> = new Map([
  ['encoder.linear1.weight', { axis: 'in', channels: 32, positions: 49 }],
  ['decoder.linear2.weight', { axis: 'out', channels: 32, positions: 49 }],
  ['decoder.linear2.bias', { axis: 'out', channels: 32, positions: 49 }],
]);

/** For each element of Lethe's tensor `name`, its index in PyTorch's layout of the same tensor. */
function torchIndices(name: string, tensor: GoldenTensor): Int32Array {
  const { shape, layer, kind } = tensor;
  const [first = 1, second = 1, height = 1, width = 1] = shape;
  if (kind !== 'weight' || layer === 'BatchNorm') return Int32Array.from({ length: first }, (_, index) => torchFeature(name, 'out', index));
  if (layer === 'Linear') {
    return Int32Array.from({ length: first * second }, (_, index) => {
      const input = torchFeature(name, 'in', Math.floor(index / first));
      return torchFeature(name, 'out', index % first) * second + input;
    });
  }
  // Lethe's is [height, width, second, first]: both kinds of convolution have their axes reversed.
  return Int32Array.from({ length: first * second * height * width }, (_, index) => {
    const a = index % first;
    const b = Math.floor(index / first) % second;
    const position = Math.floor(index / (first * second));
    return (a * second + b) * height * width + position;
  });
}

function torchFeature(name: string, axis: 'in' | 'out', index: number): number {
  const maps = FLATTENED.get(name);
  if (maps?.axis !== axis) return index;
  return (index % maps.channels) * maps.positions + Math.floor(index / maps.channels);
}

/** Lethe's layout of a tensor in PyTorch's layout. */
export function fromTorch(name: string, tensor: GoldenTensor, values: Float32Array): Float32Array {
  return Float32Array.from(torchIndices(name, tensor), (index) => values[index] ?? Number.NaN);
}

/** The summary, in PyTorch's layout, of a tensor in Lethe's layout. */
export function torchSummary(name: string, tensor: GoldenTensor, values: Float32Array): GoldenSummary {
  const torch = new Float64Array(values.length);
  for (const [own, index] of torchIndices(name, tensor).entries()) torch[index] = values[own] ?? Number.NaN;
  const sum = torch.reduce((total, value) => total + value, 0);
  const l2 = Math.sqrt(torch.reduce((total, value) => total + value * value, 0));
  return { sum, l2, first: [...torch.subarray(0, 4)] };
}

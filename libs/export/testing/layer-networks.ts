import {
  attention, averagePool, batchNorm, convolution, embedding, evaluationNetworks, flatten, gelu, globalAveragePool, globalMaxPool,
  groupLayout, groupNorm, initialStatistics, initialValues, instanceNorm, layerNorm, leakyRelu, linear, logSoftmax, maxPool, relu,
  reshape, residual, sequential, sigmoid, silu, softmax, tanh, transposedConvolution, type Moments, type SequentialNetwork,
} from '@lethe/networks';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { GraphBuilder } from '../src/graph/graph-builder.js';
import { BATCH, type GraphFunction } from '../src/graph/graph-node.js';
import { NamedVector } from '../src/graph/named-vector.js';
import { asTensor, nodeOf, recordingOperations } from '../src/graph/recording-operations.js';

/** Networks that have every layer between them. */
export const LAYER_NETWORKS = {
  'images': sequential([9, 8, 3], [
    convolution(8, { stride: 2, padding: 1 }), groupNorm({ groups: 2 }), gelu(),
    residual([convolution(8), instanceNorm({ affine: true }), silu(), convolution(8, { size: [3, 1] })]),
    averagePool(2, { stride: 1 }), attention({ heads: 2 }), layerNorm(), globalMaxPool(), linear(4), softmax(),
  ]),
  'images from rows': sequential([6], [
    linear(24), leakyRelu(), reshape([3, 4, 2]), transposedConvolution(4), instanceNorm(), relu(),
    transposedConvolution(3, { padding: 'valid' }), tanh(),
  ]),
  'signals': sequential([20, 2], [
    convolution(6, { size: 5, stride: 2, padding: 2 }), batchNorm(), relu(), maxPool(2), layerNorm(), attention({ heads: 3 }),
    averagePool(2), transposedConvolution(4, { size: 4 }), sigmoid(), globalAveragePool(), layerNorm(), linear(3), logSoftmax(),
  ]),
  'indices': sequential([4], [embedding(5, { indices: 3 }), attention(), flatten(), batchNorm(), linear(6), softmax(), embedding(4)]),
} satisfies Readonly<Record<string, SequentialNetwork>>;

export type LayerNetworkName = keyof typeof LAYER_NETWORKS;

/** The parameters and running statistics of such a network, as flat vectors. */
function stateOf(name: LayerNetworkName) {
  const network = { name: 'net', ...LAYER_NETWORKS[name] };
  const layout = groupLayout('group', [network], 8);
  // Nothing is left that is 0 or 1 at the start, and would hide what is missing.
  const parameters = initialValues(layout, [network], 3).map((value, index) => value + 0.1 * Math.sin(index));
  const statistics = initialStatistics(layout).map((value, index) => value + 0.3 * Math.sin(index));
  return { network, layout, parameters, statistics };
}

/** Examples that such a network reads. */
export function layerInputs(name: LayerNetworkName, examples: number): { readonly shape: number[]; readonly values: Float32Array } {
  const shape = [examples, ...LAYER_NETWORKS[name].inputShape];
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { shape, values: Float32Array.from({ length: size }, (_, index) => (name === 'indices' ? index % 3 : Math.sin(1.3 * index))) };
}

/** What such a network gives for examples, in any operations: `vector` makes its flat vectors. */
export function applyLayers(
  name: LayerNetworkName, operations: Operations, x: Tensor, vector: (values: Float32Array, parts: NamedVectorParts) => Tensor,
): Tensor {
  const { network, layout, parameters, statistics } = stateOf(name);
  const running = layout.statistics.flatMap(({ name: norm, offset, channels }) => [
    { name: `${norm}.running_mean`, offset, length: channels },
    { name: `${norm}.running_var`, offset: offset + channels, length: channels },
  ]);
  const tensors = operations.unpack(vector(parameters, layout.segments), layout.segments.map(({ shape }) => shape));
  const moments = running.length === 0 ? [] : operations.unpack(vector(statistics, running), running.map(({ length }) => [length]));
  return evaluationNetworks({
    operations,
    networks: [network],
    parameters: new Map(layout.segments.map((segment, index) => [segment.name, tensors[index] as Tensor])),
    statistics: new Map(layout.statistics.map((norm, index): [string, Moments] => (
      [norm.name, { mean: moments[2 * index] as Tensor, variance: moments[2 * index + 1] as Tensor }]
    ))),
  }).apply('net', x);
}

type NamedVectorParts = ConstructorParameters<typeof NamedVector>[1];

/** Such a network as a graph. */
export function recordLayers(name: LayerNetworkName): GraphFunction {
  const builder = new GraphBuilder();
  const x = builder.node({ kind: 'input', name: 'examples', shape: [BATCH, ...LAYER_NETWORKS[name].inputShape] });
  const output = applyLayers(name, recordingOperations(builder), asTensor(x), (values, parts) => (
    new NamedVector(values, parts) as unknown as Tensor
  ));
  return { name: 'encoder', outputs: [{ name: 'features', node: nodeOf(output) }] };
}

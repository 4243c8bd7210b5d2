import { createHash } from 'node:crypto';
import { engineEnvironment, loadEngine, type Engine, type Signature } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { trainingNetworks } from '../bound-networks.js';
import { groupLayout } from '../group-layout.js';
import { initialValues } from '../initial-values.js';
import { gelu, relu, silu } from './activations.js';
import { attention } from './attention.js';
import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import { dropout } from './dropout.js';
import { embedding } from './embedding.js';
import { groupNorm, instanceNorm } from './group-norm.js';
import { layerNorm } from './layer-norm.js';
import { linear } from './linear.js';
import { averagePool, globalAveragePool, globalMaxPool, maxPool } from './pooling.js';
import { flatten } from './reshape.js';
import { residual } from './residual.js';
import { sequential, type SequentialNetwork } from './sequential.js';
import { transposedConvolution } from './transposed-convolution.js';

const EXAMPLES = 24;
const NETWORKS: Readonly<Record<string, SequentialNetwork>> = {
  'images': sequential([14, 14, 3], [
    convolution(16, { stride: 2, padding: 1 }), groupNorm({ groups: 4 }), gelu(),
    residual([convolution(16), instanceNorm({ affine: true }), silu(), dropout(0.2), convolution(16)]),
    averagePool(3, { stride: 1 }), attention({ heads: 4 }), layerNorm(), transposedConvolution(8), globalMaxPool(), linear(5),
  ]),
  'signals': sequential([64, 3], [
    convolution(16, { size: 7, stride: 2 }), batchNorm(), relu(), maxPool(2), layerNorm(), attention({ heads: 2 }),
    globalAveragePool(), linear(5),
  ]),
  'indices': sequential([12], [embedding(16, { indices: 9 }), attention({ heads: 2 }), flatten(), batchNorm(), gelu(), linear(5)]),
};

let engine: Engine;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 2, interOpThreads: 2, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
});

/** The gradients [parameters] of the losses of shards, as many of them in one graph as `width`. */
async function gradientsOf(name: string, shards: readonly number[], width: number): Promise<string[]> {
  const { operations } = engine;
  const network = { name: 'net', ...NETWORKS[name]! };
  const layout = groupLayout('group', [network], EXAMPLES);
  const shape = [EXAMPLES, ...network.inputShape];
  const places = Array.from({ length: width }, (_, place) => place);
  const signature: Signature = {
    parameters: { type: 'float32', shape: [layout.length] }, seed: { type: 'int32', shape: [2] },
    ...Object.fromEntries(places.map((place) => [`x${place}`, { type: 'float32', shape }] as const)),
  };
  const step = await engine.compile(name, (inputs) => {
    const variables = operations.unpack(inputs['parameters'] as Tensor, layout.segments.map((segment) => segment.shape));
    const seed = inputs['seed'] as Tensor;
    return Object.fromEntries(places.map((place) => {
      const { gradients } = operations.gradients((tensors) => {
        const bound = trainingNetworks({
          operations, networks: [network], seeds: { round: seed, step: seed }, recordMoments: () => undefined,
          parameters: new Map(layout.segments.map((segment, index) => [segment.name, tensors[index] as Tensor])),
        });
        return { loss: operations.mean(operations.square(bound.apply('net', inputs[`x${place}`] as Tensor))) };
      }, variables);
      return [`gradient${place}`, operations.pack(gradients)];
    }));
  }, signature);
  const fixed = { parameters: initialValues(layout, [network], 3), seed: Int32Array.of(1, 2) };
  const found: string[] = [];
  for (let first = 0; first < shards.length; first += width) {
    const given = places.map((place) => [`x${place}`, examplesOf(name, shape, shards[first + place]!)] as const);
    const outputs = step.run({ ...fixed, ...Object.fromEntries(given) });
    for (const place of places) {
      const gradient = outputs[`gradient${place}`]!;
      expect(gradient.every(Number.isFinite)).toBe(true);
      found.push(createHash('sha256').update(gradient).digest('hex'));
    }
  }
  step.dispose();
  return found;
}

function examplesOf(name: string, shape: readonly number[], shard: number): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: size }, (_, index) => (
    name === 'indices' ? (index * (shard + 3)) % 9 : Math.sin((shard + 1) * index)
  ));
}

it.each(Object.keys(NETWORKS))('the gradients of layers of %s have the same bits alone and beside other shards', async (name) => {
  const alone = await gradientsOf(name, [0, 1, 2, 3], 1);
  expect(new Set(alone).size).toBe(4);
  expect(await gradientsOf(name, [3, 1, 2, 0], 4)).toEqual([3, 1, 2, 0].map((shard) => alone[shard]));
}, 30_000);

import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import type * as tfjs from '@tensorflow/tfjs';
import { InferenceSession, Tensor, env } from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyLayers, LAYER_NETWORKS, layerInputs, recordLayers, type LayerNetworkName } from '../testing/layer-networks.js';
import { largestDifference } from '../testing/largest-difference.js';
import { TOLERANCE } from './check/compute-check.js';
import { channelsFirst } from './graph/channels-first.js';
import { onnxModel } from './onnx/onnx-model.js';
import { graphModel } from './tensorflow/graph-model.js';
import { tensorFlowGraph } from './tensorflow/tensorflow-graph.js';
import { modelProgram } from './torch/model-program.js';
import { namedConstants } from './torch/torch-names.js';

const NAMES = Object.keys(LAYER_NETWORKS) as LayerNetworkName[];
let engine: Engine;
/** What TensorFlow computes, before tfjs takes its own backends. */
const expected = new Map<LayerNetworkName, Float32Array>();
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  env.wasm.numThreads = 1;
  engine = await loadEngine({ prefer: 'native' });
  const { operations } = engine;
  for (const name of NAMES) {
    const { shape, values } = layerInputs(name, 5);
    const compute = ({ x }: Readonly<Record<string, tfjs.Tensor>>): Record<string, tfjs.Tensor> => (
      { features: applyLayers(name, operations, x!, (vector) => operations.constant([...vector], [vector.length])) }
    );
    const step = await engine.compile(name, compute, { x: { type: 'float32', shape } });
    expected.set(name, step.run({ x: values })['features']!);
    step.dispose();
  }
  await loadEngine({ prefer: 'wasm' });
}, 60_000);
afterAll(() => { engine.tf.disposeVariables(); });

describe.each(NAMES)('layers of %s', (name) => {
  it('give in onnxruntime what the engine gives', async () => {
    const [one] = channelsFirst([recordLayers(name)]);
    const session = await InferenceSession.create(onnxModel(one!, namedConstants([one!]), { name: 'lethe', version: '1' }));
    const { shape, values } = layerInputs(name, 5);
    const { features } = await session.run({ examples: new Tensor('float32', values, shape) });
    expect(features!.dims).toEqual([5, ...LAYER_NETWORKS[name].outputShape]);
    expect(largestDifference(features!.data as Float32Array, expected.get(name)!)).toBeLessThan(TOLERANCE);
  });

  it.each(['cpu', 'wasm'])('give in tfjs on %s what the engine gives', async (backend) => {
    const { tf } = engine;
    expect(await tf.setBackend(backend)).toBe(true);
    const { shape, values } = layerInputs(name, 5);
    const files = graphModel(tensorFlowGraph([recordLayers(name)]), 'lethe 1');
    const { modelTopology, weightsManifest: [group], signature, format } = JSON.parse(Buffer.from(files.get('model.json')!).toString()) as {
      modelTopology: object; signature: object; format: string;
      weightsManifest: [{ paths: string[]; weights: tfjs.io.WeightsManifestEntry[] }];
    };
    const weightData = Uint8Array.from(Buffer.concat(group.paths.map((path) => files.get(path)!))).buffer;
    const model = await tf.loadGraphModel({
      load: () => Promise.resolve({ modelTopology, weightSpecs: group.weights, weightData, signature, format }),
    });
    const found = model.predict({ examples: tf.tensor(values, shape) }) as tfjs.Tensor;
    expect(largestDifference(await found.data<'float32'>(), expected.get(name)!)).toBeLessThan(TOLERANCE);
    model.dispose();
  });
});

describe('a program of PyTorch', () => {
  const program = (name: LayerNetworkName): string => {
    const functions = channelsFirst([recordLayers(name)]);
    return modelProgram(functions, namedConstants(functions), 'Layers.');
  };

  it('names the layers that PyTorch has', () => {
    expect(program('images')).toContain('self.net.convolution1 = nn.Conv2d(3, 8, 3, stride=2)');
    expect(program('images')).toContain('self.net.residual1.convolution2 = nn.Conv2d(8, 8, (3, 1), padding=(1, 0))');
    expect(program('images')).toContain('self.net.attention1.projection = nn.Linear(8, 24)');
    expect(program('images')).toMatch(/F\.gelu\(.*F\.silu\(/s);
    expect(program('signals')).toContain('self.net.convolution1 = nn.Conv2d(2, 6, (5, 1), stride=2)');
  });
});

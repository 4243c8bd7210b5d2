import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import type * as tfjs from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES, exampleInputs, exampleNetworks, type ExampleName } from '../../testing/example-networks.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { computeCheck, TOLERANCE, type Check } from '../check/compute-check.js';
import { recordFunctions } from '../graph/record-functions.js';
import { graphModel, type GraphModelFiles } from './graph-model.js';
import { tensorFlowGraph } from './tensorflow-graph.js';

let engine: Engine;
/** Computed by TensorFlow, before tfjs takes its plain backend. */
const checks = new Map<ExampleName, Check>();
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
  for (const name of Object.keys(EXAMPLES) as ExampleName[]) {
    const networks = exampleNetworks(name);
    checks.set(name, await computeCheck(engine, networks, recordFunctions(networks), exampleInputs(networks, 3)));
  }
  expect(await engine.tf.setBackend('cpu')).toBe(true);
}, 60_000);
afterAll(() => { engine.tf.disposeVariables(); });

/** A model's files, as tfjs reads them. */
function load(files: GraphModelFiles): Promise<tfjs.GraphModel> {
  const { modelTopology, weightsManifest, signature, format } = JSON.parse(Buffer.from(files.get('model.json')!).toString()) as {
    modelTopology: object; signature: object; format: string;
    weightsManifest: { paths: string[]; weights: tfjs.io.WeightsManifestEntry[] }[];
  };
  const [{ paths, weights }] = weightsManifest as [(typeof weightsManifest)[number]];
  const bytes = Buffer.concat(paths.map((path) => files.get(path)!));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return engine.tf.loadGraphModel({ load: () => Promise.resolve({ modelTopology, weightSpecs: weights, weightData, signature, format }) });
}

describe('a model of tfjs', () => {
  it.each(Object.keys(EXAMPLES) as ExampleName[])('of %s gives in plain JavaScript what the engine gives', async (name) => {
    const { tf } = engine;
    const graph = tensorFlowGraph(recordFunctions(exampleNetworks(name)));
    const model = await load(graphModel(graph, 'lethe 1'));
    const { inputs, outputs } = checks.get(name)!;
    for (const [index, { inputs: read, output }] of graph.functions.entries()) {
      const given = Object.fromEntries(read.map(({ name: input }) => {
        const { values, shape } = inputs.find((tensor) => tensor.name === input)!;
        return [input, tf.tensor(values, [...shape])];
      }));
      const found = model.execute(given, output.node) as tfjs.Tensor;
      const expected = outputs[index]!;
      expect(found.shape).toEqual(expected.shape);
      expect(largestDifference(await found.data<'float32'>(), expected.values), output.node).toBeLessThan(TOLERANCE);
      if (index === 0) {
        const predicted = model.predict(given) as tfjs.Tensor;
        expect(largestDifference(await predicted.data<'float32'>(), expected.values)).toBeLessThan(TOLERANCE);
      }
    }
    model.dispose();
  });
});

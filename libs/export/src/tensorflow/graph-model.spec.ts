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
/** Computed by TensorFlow, before tfjs takes its own backends. */
const checks = new Map<ExampleName, Check>();
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
  for (const name of Object.keys(EXAMPLES) as ExampleName[]) {
    const networks = exampleNetworks(name);
    checks.set(name, await computeCheck(engine, networks, recordFunctions(networks), exampleInputs(networks, 3)));
  }
  await loadEngine({ prefer: 'wasm' });
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

describe.each(['cpu', 'wasm'])('a model of tfjs on the backend %s', (backend) => {
  beforeAll(async () => { expect(await engine.tf.setBackend(backend)).toBe(true); });

  it.each(Object.keys(EXAMPLES) as ExampleName[])('of %s gives what the engine gives', async (name) => {
    const { tf } = engine;
    const graph = tensorFlowGraph(recordFunctions(exampleNetworks(name)));
    const model = await load(graphModel(graph, 'lethe 1'));
    const { inputs, outputs } = checks.get(name)!;
    const expectClose = async (found: tfjs.Tensor, node: string): Promise<void> => {
      const expected = outputs.find((tensor) => tensor.name === node.replace('/', '.'))!;
      expect(found.shape).toEqual(expected.shape);
      expect(largestDifference(await found.data<'float32'>(), expected.values), node).toBeLessThan(TOLERANCE);
    };
    for (const [index, { inputs: read, outputs: given }] of graph.functions.entries()) {
      const taken = Object.fromEntries(read.map(({ name: input }) => {
        const { values, shape } = inputs.find((tensor) => tensor.name === input)!;
        return [input, tf.tensor(values, [...shape])];
      }));
      const nodes = given.map(({ node }) => node);
      const found = [model.execute(taken, nodes)].flat();
      for (const [place, node] of nodes.entries()) await expectClose(found[place]!, node);
      if (index === 0) await expectClose(model.predict(taken) as tfjs.Tensor, nodes[0]!);
    }
    model.dispose();
  });
});

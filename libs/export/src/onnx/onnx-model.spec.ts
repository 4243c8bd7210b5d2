import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import { InferenceSession, Tensor, env } from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES, exampleInputs, exampleNetworks, type ExampleName } from '../../testing/example-networks.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { computeCheck, TOLERANCE } from '../check/compute-check.js';
import { channelsFirst } from '../graph/channels-first.js';
import { inputsOf } from '../graph/graph-node.js';
import { recordFunctions } from '../graph/record-functions.js';
import { namedConstants } from '../torch/torch-names.js';
import { onnxModel } from './onnx-model.js';

let engine: Engine;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
  env.wasm.numThreads = 1;
});

describe('an ONNX file', () => {
  it.each(Object.keys(EXAMPLES) as ExampleName[])('of %s gives in onnxruntime what the engine gives', async (name) => {
    const networks = exampleNetworks(name);
    const functions = recordFunctions(networks);
    const check = await computeCheck(engine, networks, functions, exampleInputs(networks, 5));
    const lowered = channelsFirst(functions);
    const constants = namedConstants(lowered);
    for (const one of lowered) {
      const session = await InferenceSession.create(onnxModel(one, constants, { name: 'lethe', version: '1' }));
      const inputs = inputsOf(one).map(({ operation }) => check.inputs.find((tensor) => tensor.name === operation.name)!);
      const results = await session.run(Object.fromEntries(inputs.map(({ name: input, values, shape }) => (
        [input, new Tensor('float32', values, shape)]
      ))));
      expect(Object.keys(results)).toEqual(one.outputs.map((output) => output.name));
      for (const { name: output } of one.outputs) {
        const expected = check.outputs.find((tensor) => tensor.name === `${one.name}.${output}`)!;
        expect(results[output]!.dims).toEqual(expected.shape);
        expect(largestDifference(results[output]!.data as Float32Array, expected.values), expected.name).toBeLessThan(TOLERANCE);
      }
    }
  });
});

import { loadEngine, type Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { evaluationNetworks, trainingNetworks, type Moments } from './bound-networks.js';
import type { ForwardContext, NetworkSpec } from './network.js';

const [EXAMPLES, CHANNELS] = [6, 2];

/** Normalises, drops half of the values and adds noise: all that differs between the modes. */
function network(name: string): NetworkSpec {
  return {
    name, tensors: [], dropoutStream: 'step', normalisations: [{ name: 'norm', channels: CHANNELS, samplesPerExample: 1 }],
    forward: (context: ForwardContext, input: Tensor) => {
      const dropped = context.dropout(context.batchNorm('norm', input), 0.5);
      const noise = context.noise([EXAMPLES, CHANNELS]);
      return noise === null ? dropped : context.operations.add(dropped, noise);
    },
  };
}

it('a network in evaluation mode among others in training mode has running statistics, and neither dropout nor noise', async () => {
  const engine = await loadEngine({ prefer: 'native' });
  const networks = [network('learning'), network('frozen')];
  const x = Float32Array.from({ length: EXAMPLES * CHANNELS }, (_, index) => Math.sin(3 * index));
  const bind = (operations: Operations) => {
    const statistics = new Map<string, Moments>(networks.map(({ name }) => (
      [`${name}.norm`, { mean: operations.constant([0.5, -1], [CHANNELS]), variance: operations.constant([2, 3], [CHANNELS]) }]
    )));
    const parameters = new Map(networks.flatMap(({ name }) => [
      [`${name}.norm.weight`, operations.constant([1.5, 0.5], [CHANNELS])] as const,
      [`${name}.norm.bias`, operations.constant([0.1, 0.2], [CHANNELS])] as const,
    ]));
    const common = { operations, networks, parameters };
    return { common, statistics };
  };
  const recorded: string[][] = [];
  const step = await engine.compile('modes', ({ input, seed }) => {
    const { common, statistics } = bind(engine.operations);
    const names: string[] = [];
    recorded.push(names);
    const training = { ...common, seeds: { round: seed, step: seed }, recordMoments: (name: string) => { names.push(name); } };
    const mixed = trainingNetworks({ ...training, evaluated: { networks: new Set(['frozen']), statistics } });
    const alike = trainingNetworks({ ...training, recordMoments: () => undefined });
    return {
      frozen: mixed.apply('frozen', input), learning: mixed.apply('learning', input), learningAlone: alike.apply('learning', input),
      evaluated: evaluationNetworks({ ...common, statistics }).apply('frozen', input), trained: alike.apply('frozen', input),
    };
  }, { input: { type: 'float32', shape: [EXAMPLES, CHANNELS] }, seed: { type: 'int32', shape: [2] } });
  const { frozen, learning, learningAlone, evaluated, trained } = step.run({ input: x, seed: Int32Array.of(3, 4) });
  step.dispose();
  expect(frozen).toEqual(evaluated);
  expect(frozen).not.toEqual(trained);
  expect(learning).toEqual(learningAlone);
  expect(recorded[0]).toEqual(['learning.norm']);
});

import { loadEngine, type Engine, type InputValues } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bottleneck, type BottleneckKind } from './bottleneck.js';
import { evaluationNetworks, trainingNetworks } from './bound-networks.js';
import { perceptron } from './perceptron.js';

const EXAMPLES = 2000;
let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

async function run(
  inputs: Record<string, readonly number[]>,
  shapes: Record<string, readonly number[]>,
  compute: (inputs: Readonly<Record<string, Tensor>>) => Record<string, Tensor>,
): Promise<Record<string, Float32Array>> {
  const signature = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { type: 'float32', shape } as const]));
  const step = await engine.compile('networks', compute, signature);
  try {
    return step.run(
      Object.fromEntries(Object.entries(inputs).map(([name, values]): [string, InputValues] => [name, Float32Array.from(values)])),
    );
  } finally {
    step.dispose();
  }
}

/** Mean and latents in training (seed 1, 2) of 2,000 equal codes. */
async function pass(
  kind: BottleneckKind,
  code: readonly number[],
  latentSize: number,
): Promise<{ latent: Float32Array; evaluated: Float32Array; mean: Float32Array; divergence: number | null }> {
  const { operations } = engine;
  const { network, mean, divergence } = bottleneck(kind, latentSize);
  const outputs = await run(
    { code: Array.from({ length: EXAMPLES }, () => code).flat() },
    { code: [EXAMPLES, code.length] },
    ({ code: codes }) => {
      const seed = engine.tf.tensor1d([1, 2], 'int32');
      const training = trainingNetworks({
        operations,
        networks: [network],
        parameters: new Map(),
        seeds: { round: seed, step: seed },
        recordMoments: () => undefined,
      });
      const evaluation = evaluationNetworks({ operations, networks: [network], parameters: new Map(), statistics: new Map() });
      return {
        latent: training.apply('bottleneck', codes!),
        evaluated: evaluation.apply('bottleneck', codes!),
        mean: mean(operations, codes!),
        ...(divergence === null ? {} : { divergence: operations.mean(divergence(operations, codes!)) }),
      };
    },
  );
  return {
    latent: outputs['latent']!,
    evaluated: outputs['evaluated']!,
    mean: outputs['mean']!,
    divergence: outputs['divergence']?.[0] ?? null,
  };
}

function moments(values: Float32Array, column: number, columns: number): { mean: number; deviation: number } {
  const chosen = values.filter((_, index) => index % columns === column);
  const mean = chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
  return { mean, deviation: Math.sqrt(chosen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / chosen.length) };
}

describe('a bottleneck', () => {
  it('of the article passes the code on', async () => {
    const { latent, evaluated, mean, divergence } = await pass('article', [0.5, -1], 2);
    expect([...latent.subarray(0, 2)]).toEqual([0.5, -1]);
    expect(evaluated).toEqual(latent);
    expect(mean).toEqual(latent);
    expect(divergence).toBeNull();
  });

  it('adds noise of deviation 1, in training only, and knows its nats', async () => {
    const { latent, evaluated, mean, divergence } = await pass('gaussian', [3, -1], 2);
    expect([...evaluated.subarray(0, 2)]).toEqual([3, -1]);
    expect(mean).toEqual(evaluated);
    expect(Math.abs(moments(latent, 0, 2).mean - 3)).toBeLessThan(0.1);
    expect(Math.abs(moments(latent, 1, 2).deviation - 1)).toBeLessThan(0.1);
    expect(divergence).toBeCloseTo((9 + 1) / 2, 4);
  });

  it('draws from the distribution that the code describes', async () => {
    const [mean0, mean1, log0, log1] = [1, -2, Math.log(0.25), Math.log(4)];
    const { latent, evaluated, divergence } = await pass('variational', [mean0, mean1, log0, log1], 2);
    expect([...evaluated.subarray(0, 2)]).toEqual([1, -2]);
    expect(Math.abs(moments(latent, 0, 2).deviation - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(moments(latent, 1, 2).deviation - 2)).toBeLessThan(0.2);
    expect(Math.abs(moments(latent, 1, 2).mean + 2)).toBeLessThan(0.2);
    expect(divergence).toBeCloseTo(0.5 * (1 + 0.25 - log0 - 1 + 4 + 4 - log1 - 1), 4);
  });

  it('of which all is known needs no nat', async () => {
    expect((await pass('variational', [0, 0], 1)).divergence).toBeCloseTo(0, 6);
  });
});

describe('spectral normalisation', () => {
  it('divides a weight by its largest singular value', async () => {
    const { operations } = engine;
    const network = perceptron({ name: 'adversary', inputs: 2, hidden: [], classes: 2, spectralNorm: true });
    // A rotation of diag(5, 1): the largest singular value is 5.
    const [cos, sin] = [Math.cos(0.4), Math.sin(0.4)];
    const { output } = await run(
      { weight: [5 * cos, -1 * sin, 5 * sin, cos], vectors: [1, 0, 0, 1] },
      { weight: [2, 2], vectors: [2, 2] },
      ({ weight, vectors }) => {
        const parameters = new Map([
          ['adversary.linear1.weight', weight!],
          ['adversary.linear1.bias', operations.constant([0, 0], [2])],
        ]);
        return {
          output: evaluationNetworks({ operations, networks: [network], parameters, statistics: new Map() }).apply('adversary', vectors!),
        };
      },
    );
    const logits = [cos, -sin / 5, sin, cos / 5];
    const difference = (row: number): number => output![2 * row]! - output![2 * row + 1]!;
    expect(difference(0)).toBeCloseTo(logits[0]! - logits[1]!, 3);
    expect(difference(1)).toBeCloseTo(logits[2]! - logits[3]!, 3);
  });
});

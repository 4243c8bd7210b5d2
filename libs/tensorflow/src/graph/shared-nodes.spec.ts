import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

import { leakGuard } from '../../testing/leak-guard.js';
import { engineEnvironment } from '../engines/engine-environment.js';
import type { Engine } from '../engines/engine.js';
import { loadEngine } from '../engines/load-engine.js';
import type { InputValues } from '../steps/compiled-step.js';
import type { GraphNode } from './saved-model.js';
import { findSharedNodes } from './shared-nodes.js';

const node = (name: string, operation: string, inputs: string[] = []): GraphNode => ({ name, operation, inputs, attributes: [] });

describe('what graphs share', () => {
  const first = [
    node('input_a', 'Placeholder'), node('input_b', 'Placeholder'),
    node('square_1', 'Square', ['input_a']), node('sum_1', 'Add', ['square_1', 'input_b']),
  ];
  const second = [
    node('input_a', 'Placeholder'),
    node('square_7', 'Square', ['input_a']), node('other', 'Neg', ['square_7']), node('own', 'Exp', ['other']),
  ];

  it('is what depends on shared inputs alone and stands in several of them', () => {
    const [one, two] = findSharedNodes([{ nodes: first, outputs: ['sum_1'] }, { nodes: second, outputs: ['own'] }], new Set(['input_a']));
    expect([...one!.taken.keys()]).toEqual(['square_1:0']);
    expect([...two!.taken.keys()]).toEqual(['square_7:0']);
    expect([...one!.taken.values()]).toEqual([...two!.taken.values()]);
    expect([...one!.placeholders]).toEqual(['input_b']);
    expect([...two!.placeholders]).toEqual([]);
  });

  it('is nothing without shared inputs', () => {
    const parts = findSharedNodes([{ nodes: first, outputs: ['sum_1'] }, { nodes: second, outputs: ['own'] }], new Set());
    expect(parts.map(({ taken }) => taken.size)).toEqual([0, 0]);
  });
});

describe.each(['native', 'wasm'] as const)('steps that share a computation on %s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
    engine = await loadEngine({ prefer: name });
  });

  it('have the bits of steps that compute alone, and leave no tensors behind', async () => {
    const { operations } = engine;
    const [matrix, weights, factor] = [[4, 8], [64], []].map((shape) => ({ shape, type: 'float32' }) as const);
    const signature = { x: matrix!, w: weights!, c: factor! };
    const features = (x: Tensor, w: Tensor): Tensor => operations.tanh(operations.matMul(x, operations.reshape(w, [8, 8])));
    const scaled = await engine.compile('scaled', ({ x, w, c }) => ({ y: operations.mul(features(x, w), c) }), signature);
    // What one graph computes twice is two places to feed.
    const squared = await engine.compile('squared', ({ x, w, c }) => {
      return { y: operations.add(operations.square(features(x, w)), operations.mul(features(x, w), c)) };
    }, signature);
    const shared = engine.share([scaled, squared], ['x', 'w']);
    const held = engine.hold(Float32Array.from({ length: 64 }, (_, index) => Math.sin(index)));
    const x = Float32Array.from({ length: 32 }, (_, index) => Math.cos(index));
    const inputs = (c: number): Record<'x' | 'w' | 'c', InputValues> => ({ x, w: held, c: Float32Array.of(c) });
    await leakGuard(engine, () => {
      const values = shared.run(inputs(0));
      for (const step of [scaled, squared]) for (const c of [2, 3]) expect(step.run(inputs(c), values)).toEqual(step.run(inputs(c)));
      values.dispose();
    });
    held.dispose();
    scaled.dispose();
    squared.dispose();
  });

  // TensorFlow fuses such layers, and then has no place for what lies between them.
  it.each(['relu', 'leakyRelu', 'tanh', 'sigmoid', 'gelu', 'silu'] as const)('may share a convolution with %s', async (activation) => {
    const { operations } = engine;
    const signature = {
      x: { type: 'float32', shape: [2, 8, 8, 3] }, w: { type: 'float32', shape: [3, 3, 3, 4] }, b: { type: 'float32', shape: [4] },
    } as const;
    const layer = (x: Tensor, w: Tensor, b: Tensor): Tensor => (
      operations[activation](operations.addBias(operations.conv2d(x, w, { stride: 2, padding: 'same' }), b), 0.2)
    );
    const forward = await engine.compile('forward', ({ x, w, b }) => ({ y: operations.mean(layer(x, w, b), [1, 2]) }), signature);
    const backward = await engine.compile('backward', ({ x, w, b }) => {
      const { gradients } = operations.gradients(([weight]) => ({ loss: operations.sum(operations.square(layer(x, weight!, b))) }), [w]);
      return { y: gradients[0]! };
    }, signature);
    const shared = engine.share([forward, backward], ['x', 'w', 'b']);
    const waves = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => Math.sin(2 * index));
    const inputs = { x: waves(384), w: waves(108), b: waves(4) };
    const values = shared.run(inputs);
    for (const step of [forward, backward]) expect(step.run(inputs, values)).toEqual(step.run(inputs));
    values.dispose();
    forward.dispose();
    backward.dispose();
  });
});

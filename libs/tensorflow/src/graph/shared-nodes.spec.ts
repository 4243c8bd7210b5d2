import { beforeAll, describe, expect, it } from 'vitest';

import { engineEnvironment } from '../engine-environment.js';
import type { Engine } from '../engine.js';
import { leakGuard } from '../leak-guard.js';
import { loadEngine } from '../load-engine.js';
import { findEarlyNodes, findSharedNodes } from './shared-nodes.js';
import type { GraphNode } from './saved-model.js';

const node = (name: string, operation: string, inputs: string[] = []): GraphNode => ({ name, operation, inputs, attributes: [] });

describe('what graphs share', () => {
  const first = [node('input_a', 'Placeholder'), node('input_b', 'Placeholder'), node('square_1', 'Square', ['input_a']), node('sum_1', 'Add', ['square_1', 'input_b'])];
  const second = [node('input_a', 'Placeholder'), node('square_7', 'Square', ['input_a']), node('other', 'Neg', ['square_7']), node('own', 'Exp', ['other'])];

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

describe('what a graph computes early', () => {
  const graph = {
    nodes: [
      node('input_early', 'Placeholder'), node('input_late', 'Placeholder'), node('square', 'Square', ['input_early']), node('pool', 'MaxPool', ['square']), node('negative', 'Neg', ['pool']),
      node('sum', 'Add', ['negative', 'input_late']), node('pool_gradient', 'MaxPoolGrad', ['square', 'pool', 'sum']), node('alone', 'Exp', ['input_early']),
    ],
    outputs: ['pool_gradient', 'alone'],
  };

  it('is what the rest reads of what depends on early inputs alone, save for poolings and results', () => {
    const { part, takes, placeholders, fetches } = findEarlyNodes(graph, new Set(['input_early']), null);
    expect([...fetches.values()]).toEqual(['square:0', 'negative:0']);
    expect([...part.taken.keys()]).toEqual(['square:0', 'negative:0']);
    expect([...part.placeholders].sort()).toEqual(['input_early', 'input_late']);
    expect([takes.size, [...placeholders]]).toEqual([0, ['input_early']]);
  });

  it('goes on from what the graph shares with others', () => {
    const [shared] = findSharedNodes([graph, { nodes: graph.nodes.slice(0, 3).concat(node('own', 'Neg', ['square'])), outputs: ['own'] }], new Set(['input_early']));
    const { part, takes, placeholders, fetches } = findEarlyNodes(graph, new Set(['input_early']), shared!);
    expect([...fetches.values()]).toEqual(['negative:0']);
    expect([...takes]).toEqual([['square:0', part.taken.get('square:0')]]);
    expect([...placeholders]).toEqual([]);
  });

  it('is nothing where everything waits for a late input', () => {
    expect(findEarlyNodes(graph, new Set(['input_late']), null).fetches.size).toBe(0);
  });
});

describe.each(['native', 'wasm'] as const)('steps that share a computation on %s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpuIndex: null }));
    engine = await loadEngine({ prefer: name });
  });

  it('have the bits of steps that compute alone, and leave no tensors behind', async () => {
    const { operations } = engine;
    const input = { x: { shape: [4, 8], type: 'float32' }, w: { shape: [64], type: 'float32' }, c: { shape: [], type: 'float32' } } as const;
    const features = (inputs: Record<'x' | 'w', Parameters<typeof operations.tanh>[0]>): Parameters<typeof operations.tanh>[0] =>
      operations.tanh(operations.matMul(inputs.x, operations.reshape(inputs.w, [8, 8])));
    const scaled = await engine.compile('scaled', ({ x, w, c }) => ({ y: operations.mul(features({ x, w }), c) }), input);
    // What one graph computes twice is two places to feed.
    const squared = await engine.compile('squared', ({ x, w, c }) => ({ y: operations.add(operations.square(features({ x, w })), operations.mul(features({ x, w }), c)) }), input);
    const shared = engine.share([scaled, squared], ['x', 'w']);
    const held = engine.hold(Float32Array.from({ length: 64 }, (_, index) => Math.sin(index)));
    const inputs = (c: number): { x: Float32Array; w: typeof held; c: Float32Array } => ({ x: Float32Array.from({ length: 32 }, (_, index) => Math.cos(index)), w: held, c: Float32Array.of(c) });
    await leakGuard(engine, () => {
      const values = shared.run(inputs(0));
      for (const step of [scaled, squared]) for (const c of [2, 3]) expect(step.run(inputs(c), values)).toEqual(step.run(inputs(c)));
      values.dispose();
    });
    held.dispose();
    scaled.dispose();
    squared.dispose();
  });

  it('have the bits of steps that compute at once when they begin early, from what they share', async () => {
    const { operations } = engine;
    const input = { x: { shape: [64], type: 'float32' }, early: { shape: [64], type: 'float32' }, late: { shape: [], type: 'float32' } } as const;
    const step = await engine.compile('early', ({ x, early, late }) => ({ y: operations.mul(operations.mul(operations.square(operations.tanh(x)), operations.tanh(early)), operations.tanh(late)) }), input);
    const other = await engine.compile('other', ({ x }) => ({ y: operations.square(operations.tanh(x)) }), input);
    const shared = engine.share([step, other], ['x']);
    const part = engine.early(step, ['x', 'early']);
    expect(part === null).toBe(!engine.graphs);
    expect(engine.early(other, ['early'])).toBeNull();
    const vector = (by: (value: number) => number): Float32Array => Float32Array.from({ length: 64 }, (_, index) => by(index));
    const inputs = (late: number): Record<'x' | 'early' | 'late', Float32Array> => ({ x: vector(Math.sin), early: vector(Math.cos), late: Float32Array.of(late) });
    await leakGuard(engine, () => {
      const { x, early } = inputs(0);
      const known = { x, early };
      const values = shared.run(known);
      const begun = part?.run(known, values);
      for (const late of [2, 3]) expect(step.run(inputs(late), begun ?? values)).toEqual(step.run(inputs(late)));
      begun?.dispose();
      values.dispose();
    });
    step.dispose();
    other.dispose();
  });
});

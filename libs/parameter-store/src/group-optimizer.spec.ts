import type { OptimizerConfig } from '@lethe/config';
import type { GroupLayout } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { GroupOptimizer } from './group-optimizer.js';

const schedule = { kind: 'linear', warmupRounds: 0, finalFactor: 0, until: 1 } as const;
const ADAM: OptimizerConfig = { kind: 'adam', learningRate: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 1e-8, schedule };
const SGD: OptimizerConfig = { kind: 'sgd', learningRate: 0.25, momentum: 0.5, schedule };

function layout(networks: readonly string[]): GroupLayout {
  const segments = networks.map((network, index) => ({ name: `${network}.${index}`, network, shape: [2], offset: 2 * index, length: 2 }));
  return { name: 'group', segments, length: 2 * networks.length, statistics: [], statisticsLength: 0 };
}

describe('the optimiser of a group', () => {
  it('gives each network its own rule, rate and scalars', () => {
    const optimizer = new GroupOptimizer(
      layout(['encoder', 'encoder', 'decoder']),
      { optimizers: { encoder: ADAM, decoder: SGD }, averaging: null, averagedNetworks: [] },
      11,
    );
    expect(optimizer.slotNames).toEqual(['firstMoment', 'secondMoment', 'momentum']);
    expect(optimizer.initialScalars).toEqual({ 'encoder.firstCorrection': 0, 'encoder.secondCorrection': 0 });
    const scalars = optimizer.advance(optimizer.initialScalars, []);
    expect(scalars).toEqual({ 'encoder.firstCorrection': 0.5, 'encoder.secondCorrection': 0.5 });

    const buffers = () => ({
      values: new Float32Array(6),
      slots: { firstMoment: new Float32Array(6), secondMoment: new Float32Array(6), momentum: new Float32Array(6) },
    });
    const state = buffers();
    const gradient = new Float32Array(6).fill(4);
    optimizer.update(
      { chunk: { from: 0, to: 6 }, gradient, bufferOffset: 0, state },
      { round: 5, scalars, gradientScale: 0.5, fresh: new Map() },
    );
    // Half the rate is left in round 5 of 0 to 10. Adam's first step is the rate itself, SGD's the rate times the gradient 2.
    expect([...state.values].map((value) => Number(value.toFixed(5)))).toEqual([-0.25, -0.25, -0.25, -0.25, -0.25, -0.25]);
    expect(state.slots.momentum).toEqual(Float32Array.of(0, 0, 0, 0, 2, 2));
    expect(state.slots.firstMoment).toEqual(Float32Array.of(1, 1, 1, 1, 0, 0));
  });

  it('updates a chunk in the middle of a slice, across a network\'s edge, and nothing else', () => {
    const optimizer = new GroupOptimizer(
      layout(['encoder', 'encoder', 'decoder', 'decoder']),
      { optimizers: { encoder: SGD, decoder: { ...SGD, learningRate: 1 } }, averaging: null, averagedNetworks: [] },
      1000,
    );
    const state = { values: new Float32Array(6), slots: { momentum: new Float32Array(6) } };
    // The slice is [2, 8) of the group, the chunk [3, 5).
    optimizer.update(
      { chunk: { from: 3, to: 5 }, gradient: Float32Array.of(1, 1), bufferOffset: 2, state },
      { round: 0, scalars: {}, gradientScale: 1, fresh: new Map() },
    );
    expect(state.values).toEqual(Float32Array.of(0, -0.25, -1, 0, 0, 0));
  });

  it('refuses a network without an optimiser, and networks that interleave', () => {
    expect(() => new GroupOptimizer(layout(['encoder']), { optimizers: {}, averaging: null, averagedNetworks: [] }, 1)).toThrow(
      'no optimiser for the network encoder',
    );
    expect(
      () =>
        new GroupOptimizer(
          layout(['encoder', 'decoder', 'encoder']),
          { optimizers: { encoder: SGD, decoder: SGD }, averaging: null, averagedNetworks: [] },
          1,
        ),
    ).toThrow('interleaves');
  });

  it('keeps an average of encoder and decoder, which forgets its start', () => {
    const optimizer = new GroupOptimizer(
      layout(['encoder', 'classifier']),
      { optimizers: { encoder: SGD, classifier: SGD }, averaging: 0.5, averagedNetworks: ['encoder', 'decoder'] },
      1000,
    );
    expect(optimizer.slotNames).toEqual(['momentum', 'average']);
    const state = { values: new Float32Array(4), slots: { momentum: new Float32Array(4), average: new Float32Array(4) } };
    let { initialScalars: scalars } = optimizer;
    const values: number[][] = [];
    const averages: number[][] = [];
    for (let commit = 0; commit < 14; commit += 1) {
      scalars = optimizer.advance(scalars, []);
      optimizer.update(
        { chunk: { from: 0, to: 4 }, gradient: Float32Array.of(1, -1, 1, 1), bufferOffset: 0, state },
        { round: 0, scalars, gradientScale: 1, fresh: new Map() },
      );
      values.push([...state.values]);
      averages.push([...state.slots.average]);
    }
    const expected = values.reduce<number[]>((before, row, commit) => {
      const decay = Math.min(0.5, commit / (commit + 10));
      return row.map((value, index) => decay * (before[index] ?? 0) + (1 - decay) * value);
    }, [0, 0, 0, 0]);
    expect(averages[0]).toEqual(values[0]);
    expect(averages[13]?.[0]).toBeCloseTo(expected[0] ?? Number.NaN, 4);
    expect(averages[13]?.[1]).toBeCloseTo(expected[1] ?? Number.NaN, 4);
    // A network that is not averaged is its own average.
    expect(averages[13]?.slice(2)).toEqual(values[13]?.slice(2));
  });

  it('gives members of an ensemble the optimiser of their kind, and lets a network start afresh, whatever the chunks', () => {
    const optimizer = new GroupOptimizer(
      layout(['classifier', 'classifier-2']),
      { optimizers: { classifier: SGD }, averaging: null, averagedNetworks: [] },
      1000,
    );
    const state = { values: Float32Array.of(1, 2, 3, 4), slots: { momentum: new Float32Array(4).fill(7) } };
    const terms = { round: 0, scalars: {}, gradientScale: 1, fresh: new Map([['classifier-2', { values: Float32Array.of(8, 9) }]]) };
    for (const [from, to] of [
      [0, 3],
      [3, 4],
    ] as const)
      optimizer.update({ chunk: { from, to }, gradient: new Float32Array(to - from), bufferOffset: 0, state }, terms);
    expect(state.values.subarray(2)).toEqual(Float32Array.of(8, 9));
    expect(state.slots.momentum).toEqual(Float32Array.of(3.5, 3.5, 0, 0));
  });

  it('corrects Adam after a fresh start as at a beginning, and the other networks of the group as ever', () => {
    const adam: OptimizerConfig = {
      kind: 'adam',
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      schedule: { ...schedule, finalFactor: 1 },
    };
    const optimizer = new GroupOptimizer(
      layout(['classifier', 'classifier-2']),
      { optimizers: { classifier: adam }, averaging: null, averagedNetworks: [] },
      1000,
    );
    const state = { values: new Float32Array(4), slots: { firstMoment: new Float32Array(4), secondMoment: new Float32Array(4) } };
    // By the book, in double precision; its network starts afresh at 5 with commit 4.
    const book = [{ value: 0, m: 0, v: 0, t: 0 }, { value: 0, m: 0, v: 0, t: 0 }];
    let { initialScalars: scalars } = optimizer;
    for (let commit = 1; commit <= 7; commit += 1) {
      const slope = Math.sin(commit) + 2;
      const fresh = new Map(commit === 4 ? [['classifier-2', { values: Float32Array.of(5, 5) }]] : []);
      scalars = optimizer.advance(scalars, fresh.keys());
      optimizer.update(
        { chunk: { from: 0, to: 4 }, gradient: new Float32Array(4).fill(slope), bufferOffset: 0, state },
        { round: 0, scalars, gradientScale: 1, fresh },
      );
      book.forEach((network, index) => {
        if (index === 1 && commit === 4) {
          Object.assign(network, { value: 5, m: 0, v: 0, t: 0 });
          return;
        }
        network.t += 1;
        network.m = 0.9 * network.m + 0.1 * slope;
        network.v = 0.999 * network.v + 0.001 * slope * slope;
        network.value -= (0.01 * (network.m / (1 - 0.9 ** network.t))) / (Math.sqrt(network.v / (1 - 0.999 ** network.t)) + 1e-8);
      });
      expect(state.values[0], `the one, commit ${commit}`).toBeCloseTo(book[0]!.value, 5);
      expect(state.values[2], `the one that starts afresh, commit ${commit}`).toBeCloseTo(book[1]!.value, 5);
    }
  });
});

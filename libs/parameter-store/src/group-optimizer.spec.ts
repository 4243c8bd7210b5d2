import type { OptimizerConfig } from '@lethe/config';
import type { GroupLayout } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { GroupOptimizer } from './group-optimizer.js';

const schedule = { kind: 'linear', warmupRounds: 0, finalFactor: 0 } as const;
const ADAM: OptimizerConfig = { kind: 'adam', learningRate: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 1e-8, schedule };
const SGD: OptimizerConfig = { kind: 'sgd', learningRate: 0.25, momentum: 0.5, schedule };

function layout(nets: readonly string[]): GroupLayout {
  const segments = nets.map((net, index) => ({ name: `${net}.${index}`, net, shape: [2], offset: 2 * index, length: 2 }));
  return { name: 'group', segments, length: 2 * nets.length, statistics: [], statisticsLength: 0 };
}

describe('the optimiser of a group', () => {
  it('gives each net its own rule, rate and scalars', () => {
    const optimizer = new GroupOptimizer(layout(['encoder', 'encoder', 'decoder']), { encoder: ADAM, decoder: SGD }, 11);
    expect(optimizer.slotNames).toEqual(['firstMoment', 'secondMoment', 'momentum']);
    expect(optimizer.initialScalars).toEqual({ 'encoder.firstCorrection': 0, 'encoder.secondCorrection': 0 });
    const scalars = optimizer.advance(optimizer.initialScalars);
    expect(scalars).toEqual({ 'encoder.firstCorrection': 0.5, 'encoder.secondCorrection': 0.5 });

    const buffers = () => ({ values: new Float32Array(6), slots: { firstMoment: new Float32Array(6), secondMoment: new Float32Array(6), momentum: new Float32Array(6) } });
    const next = buffers();
    const gradient = new Float32Array(6).fill(4);
    optimizer.update({ chunk: { from: 0, to: 6 }, gradient, bufferOffset: 0, current: buffers(), next }, { round: 5, scalars, gradientScale: 0.5 });
    // Half the rate is left in round 5 of 0 to 10. Adam's first step is the rate itself, SGD's the rate times the gradient 2.
    expect([...next.values].map((value) => Number(value.toFixed(5)))).toEqual([-0.25, -0.25, -0.25, -0.25, -0.25, -0.25]);
    expect(next.slots.momentum).toEqual(Float32Array.of(0, 0, 0, 0, 2, 2));
    expect(next.slots.firstMoment).toEqual(Float32Array.of(1, 1, 1, 1, 0, 0));
  });

  it('updates a chunk in the middle of a slice, across a net\'s edge, and nothing else', () => {
    const optimizer = new GroupOptimizer(layout(['encoder', 'encoder', 'decoder', 'decoder']), { encoder: SGD, decoder: { ...SGD, learningRate: 1 } }, 1000);
    const current = { values: new Float32Array(6), slots: { momentum: new Float32Array(6) } };
    const next = { values: new Float32Array(6).fill(9), slots: { momentum: new Float32Array(6) } };
    // The slice is [2, 8) of the group, the chunk [3, 5).
    optimizer.update({ chunk: { from: 3, to: 5 }, gradient: Float32Array.of(1, 1), bufferOffset: 2, current, next }, { round: 0, scalars: {}, gradientScale: 1 });
    expect(next.values).toEqual(Float32Array.of(9, -0.25, -1, 9, 9, 9));
  });

  it('refuses a net without an optimiser, and nets that interleave', () => {
    expect(() => new GroupOptimizer(layout(['encoder']), {}, 1)).toThrow('no optimiser for net encoder of group group');
    expect(() => new GroupOptimizer(layout(['encoder', 'decoder', 'encoder']), { encoder: SGD, decoder: SGD }, 1)).toThrow('interleaves');
  });
});

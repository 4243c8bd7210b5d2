import { mergeConfig } from '@lethe/config';
import { describeRun } from '@lethe/graphs';
import { forgottenLabel } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { RoundLossCollector } from './round-losses.js';

describe('the losses of a round', () => {
  it('are complete with the last inner step of the last phase', () => {
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [
      { source: 'file', label: (path) => path, values: { objective: { classifierTurns: 2 } } },
    ]);
    const facts = {
      shape: { height: 28, width: 28, channels: 1 },
      classes: ['a', 'b'],
      trainCount: 8000,
      testCount: 10,
      heldOutCount: null,
      kept: [],
      forgotten: forgottenLabel(['a', 'b']),
      domains: [{ name: 'all', trainCount: 8000, labelledCount: 8000, testCount: 10, otherLabels: [] }],
      fingerprint: '',
    };
    const { objective } = describeRun(config, facts);
    const collector = new RoundLossCollector(objective);
    const commit = (phase: number, innerStep: number, losses: number[]): ReturnType<RoundLossCollector['add']> =>
      collector.add({
        kind: 'committed',
        round: 4,
        phase,
        innerStep,
        group: '',
        version: 1,
        losses,
        work: { beganMs: 0, lastedMs: 0, sumMs: 0, updateMs: 0, waitMs: 0 },
        gradientNorm: 0,
      });
    expect(commit(0, 0, [3])).toBeNull();
    expect(commit(0, 1, [2])).toBeNull();
    expect(commit(1, 0, [0.5, 2.5])).toEqual({
      round: 4,
      losses: { classifier_loss: 2, reconstruction_mse: 0.5, encoder_classifier_loss: 2.5 },
    });
  });
});

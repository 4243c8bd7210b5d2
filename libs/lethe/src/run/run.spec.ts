import { mergeConfig } from '@lethe/config';
import { parseMetricsLine } from '@lethe/run-folder';
import { describeRun } from '@lethe/graphs';
import { describe, expect, it } from 'vitest';
import { EarlyStopping } from './early-stopping.js';
import { epochsCompleted } from '../record/epochs.js';
import { RoundLossCollector } from '../record/round-losses.js';
import { epochFigures } from '../record/run-recorder.js';

describe('epochs', () => {
  it('are over after floor(e * images / batch) rounds', () => {
    for (const [batch, images] of [[256, 55_000], [64, 60_000], [16, 40], [10, 10]] as const) {
      for (let epoch = 1; epoch <= 7; epoch += 1) {
        const rounds = Math.floor((epoch * images) / batch);
        expect(epochsCompleted(rounds, batch, images), `${batch} of ${images}`).toBe(epoch);
        if (batch < images / 2) expect(epochsCompleted(rounds - 1, batch, images)).toBe(epoch - 1);
      }
    }
  });
});

describe('early stopping', () => {
  it('waits as long as it may for a better figure', () => {
    const stopping = new EarlyStopping({ monitor: 'reconstruction_mse', patience: 2 });
    const judged = [0.5, 0.4, 0.45, 0.4].map((value) => stopping.judge({ reconstruction_mse: value }));
    expect(judged.map(({ isBest, shouldStop }) => [isBest, shouldStop])).toEqual([[true, false], [true, false], [false, false], [false, true]]);
  });

  it('knows that more accuracy is better, and never stops without patience or figures', () => {
    const stopping = new EarlyStopping({ monitor: 'classifier_accuracy', patience: null });
    expect([0.1, 0.2, 0.1].map((value) => stopping.judge({ classifier_accuracy: value }).isBest)).toEqual([true, true, false]);
    expect(stopping.judge({})).toEqual({ isBest: false, shouldStop: false });
  });

  it('takes no figure that is not finite for the best, of this process or read back', () => {
    const earlier = [{ kind: 'epoch', epoch: 1, round: 2, 'held_out/reconstruction_mse': Number.NaN }, { kind: 'epoch', epoch: 2, round: 4, 'held_out/reconstruction_mse': 0.5 }];
    const read = earlier.map((line) => parseMetricsLine(JSON.stringify(line))).filter((line) => line !== null);
    const stopping = new EarlyStopping({ monitor: 'reconstruction_mse', patience: 2 });
    expect(epochFigures(read).map((figures) => stopping.judge(figures).isBest)).toEqual([false, true]);
    expect([Number.NaN, Number.NaN].map((value) => stopping.judge({ reconstruction_mse: value }))).toEqual([{ isBest: false, shouldStop: false }, { isBest: false, shouldStop: true }]);
    expect(stopping.judge({ reconstruction_mse: 0.6 }).isBest).toBe(false);
  });
});

describe('the losses of a round', () => {
  it('are complete with the last inner step of the last phase', () => {
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{ source: 'file', label: (path) => path, values: { objective: { classifierTurns: 2 } } }]);
    const facts = { shape: { height: 28, width: 28, channels: 1 }, classes: ['a', 'b'], trainCount: 8000, testCount: 10, domains: [{ name: 'all', trainCount: 8000, labelledCount: 8000, testCount: 10 }], fingerprint: '' };
    const { objective } = describeRun(config, facts);
    const collector = new RoundLossCollector(objective);
    const commit = (phase: number, innerStep: number, losses: number[]): ReturnType<RoundLossCollector['add']> =>
      collector.add({ kind: 'committed', round: 4, phase, innerStep, group: '', version: 1, losses, work: { beganMs: 0, lastedMs: 0, sumMs: 0, updateMs: 0, waitMs: 0 }, gradientNorm: 0 });
    expect(commit(0, 0, [3])).toBeNull();
    expect(commit(0, 1, [2])).toBeNull();
    expect(commit(1, 0, [0.5, 2.5])).toEqual({ round: 4, losses: { classifier_loss: 2, reconstruction_mse: 0.5, encoder_classifier_loss: 2.5 } });
  });
});

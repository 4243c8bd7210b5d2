import type { AdaptationEvaluation } from '@lethe/evaluation';
import { describe, expect, it } from 'vitest';
import { compare } from './comparison-statistics.js';
import { comparisonTable } from './comparison-results.js';

function evaluation(
  training: AdaptationEvaluation['training'],
  seed: number,
  accuracy: number | null,
  scored: AdaptationEvaluation['scored'] = null,
): AdaptationEvaluation {
  const domains = [
    { name: 'there', examples: 4, labelled: 4, accuracy: 1, auroc: null, confusion: [] },
    { name: 'here', examples: 4, labelled: accuracy === null ? 0 : 4, accuracy, auroc: scored === null ? null : 0.75, confusion: [] },
  ];
  return { kind: 'domain-adaptation', rounds: 1, classes: ['a', 'b', 'c'], training, seed, target: 'here', domains, scored, map: [] };
}

describe('compare', () => {
  it('gives means, deviations and the share of the gap that is closed', () => {
    const [accuracy, ...rest] = compare([
      evaluation('sources', 1, 0.5),
      evaluation('sources', 2, 0.6),
      evaluation('adaptation', 1, 0.8),
      evaluation('adaptation', 2, 0.8),
      evaluation('target', 1, 0.95),
    ]);
    expect(rest).toEqual([]);
    expect(accuracy?.kinds.map(({ kind, mean, deviation }) => [kind, mean, deviation])).toEqual([
      ['sources', expect.closeTo(0.55, 12), expect.closeTo(Math.sqrt(0.005), 12)], ['adaptation', 0.8, 0], ['target', 0.95, null],
    ]);
    expect(accuracy?.gap_closed).toBeCloseTo(0.25 / 0.4, 12);
    expect(comparisonTable(accuracy === undefined ? [] : [accuracy])).toEqual([
      ['learnt from', 'accuracy', 'seeds'],
      ['sources alone', '0.5500 ±0.0707', '1, 2'], ['adapted', '0.8000 ±0.0000', '1, 2'], ['the target itself', '0.9500', '1'],
      ['gap closed', '62.5 %', ''],
    ]);
  });

  it('says nothing of a gap that is not there, or of a target without labels', () => {
    expect(compare([evaluation('sources', 1, 0.5), evaluation('adaptation', 1, 0.6)])[0]?.gap_closed).toBeNull();
    expect(
      compare([evaluation('sources', 1, 0.5), evaluation('adaptation', 1, 0.6), evaluation('target', 1, 0.5)])[0]?.gap_closed,
    ).toBeNull();
    expect(compare([evaluation('sources', 1, null), evaluation('adaptation', 1, null)])).toEqual([]);
  });

  it('adds a confidence interval where there are two classes', () => {
    const scored = { labels: [0, 1, 0, 1, 0, 1], scores: [0.1, 0.35, 0.4, 0.8, 0.2, 0.9] };
    const area = compare([evaluation('adaptation', 1, 0.5, scored)]).find(({ figure }) => figure === 'AUROC');
    const [low = 1, high = 0] = area?.kinds[0]?.interval ?? [];
    expect(low < 0.8 && high > 0.8).toBe(true);
  });
});

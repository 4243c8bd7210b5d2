import type { AdaptationEvaluation } from '@lethe/evaluation';
import { describe, expect, it } from 'vitest';
import { compare } from './comparison-statistics.js';
import { comparisonTable, doubts } from './comparison-results.js';

function evaluation(
  training: AdaptationEvaluation['training'],
  seed: number,
  accuracy: number | null,
  { scored = null, tested = 400 }: { scored?: AdaptationEvaluation['scored']; tested?: number } = {},
): AdaptationEvaluation {
  const common = {
    training_examples: 9, examples: tested, accuracy_interval: null, auroc_interval: null, unreadable: 0, other_labels: [],
    confusion: [[tested - 1, 0, 0], [1, 0, 0], [0, 0, 0]],
  };
  const domains = [
    { ...common, name: 'there', labelled: tested, accuracy: 1, auroc: null },
    { ...common, name: 'here', labelled: accuracy === null ? 0 : tested, accuracy, auroc: scored === null ? null : 0.75 },
  ];
  const examples = { trained: 18, held_out: 0, tested: 2 * tested, shape: { height: 1, width: 1, channels: 3 } };
  return {
    kind: 'domain-adaptation', rounds: 1, examples, classes: ['a', 'b', 'c'], training, seed, target: 'here', domains, scored, map: [],
  };
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
      ['learnt from', 'accuracy', 'test examples', 'seeds'],
      ['sources alone', '0.5500 ±0.0707 (95 %: 0.501 to 0.598)', '400', '1, 2'],
      ['adapted', '0.8000 ±0.0000 (95 %: 0.758 to 0.836)', '400', '1, 2'],
      ['the target itself', '0.9500 (95 %: 0.924 to 0.967)', '400', '1'],
      ['nothing (the most frequent class)', '0.9975', '', ''],
      ['gap closed', '62.5 % (95 %: 51.2 to 73.8 %)', '', ''],
    ]);
  });

  it('says nothing of a gap that a few test examples do not show', () => {
    const [accuracy] = compare([
      evaluation('sources', 1, 0, { tested: 1 }), evaluation('adaptation', 1, 0, { tested: 1 }), evaluation('target', 1, 1, { tested: 1 }),
    ]);
    expect(accuracy?.gap_interval).toBeNull();
    expect(accuracy === undefined ? [] : comparisonTable([accuracy]).map(([, cell]) => cell)).toEqual([
      'accuracy', '0.0000 (95 %: 0.000 to 0.793)', '0.0000 (95 %: 0.000 to 0.793)', '1.0000 (95 %: 0.207 to 1.000)', '1.0000', 'not known',
    ]);
  });

  it('says where adapted runs read no more than naming the most frequent class would', () => {
    const runs = (accuracy: number): AdaptationEvaluation[] =>
      [evaluation('sources', 1, 0.2), evaluation('adaptation', 1, accuracy), evaluation('target', 1, 1)];
    expect(doubts(compare(runs(0.99)))).toEqual([
      'accuracy: with 400 test examples it is not shown that adapted runs read the target at all; '
      + 'always naming its most frequent class gives 0.9975',
    ]);
    const balanced = runs(0.6).map((run) => ({
      ...run, domains: run.domains.map((domain) => ({ ...domain, confusion: [[200, 0, 0], [0, 200, 0], [0, 0, 0]] })),
    }));
    expect(doubts(compare(balanced))).toEqual([]);
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
    const area = compare([evaluation('adaptation', 1, 0.5, { scored })]).find(({ figure }) => figure === 'AUROC');
    const [low = 1, high = 0] = area?.kinds[0]?.interval ?? [];
    expect(low < 0.8 && high > 0.8).toBe(true);
    const sure = compare([evaluation('adaptation', 1, 1, { scored: { labels: [0, 1], scores: [0.1, 0.9] } })]);
    expect(sure.find(({ figure }) => figure === 'AUROC')?.kinds[0]?.interval?.[0]).toBeLessThan(0.75);
  });
});

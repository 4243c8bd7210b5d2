import { describe, expect, it } from 'vitest';
import { confidenceInterval, confusionMatrix } from './adaptation-figures.js';
import { areaUnderCurve } from './area-under-curve.js';

describe('confusionMatrix', () => {
  it('counts what was taken for what', () => {
    expect(confusionMatrix([0, 0, 1, 2], [0, 2, 1, 1], 3)).toEqual([[1, 0, 1], [0, 1, 0], [0, 1, 0]]);
  });

  it('does not count what could not be predicted', () => {
    expect(confusionMatrix([0, 1, 1], [0, -1, 1], 2)).toEqual([[1, 0], [0, 1]]);
  });
});

describe('confidenceInterval', () => {
  const labels = Array.from({ length: 60 }, (_, index) => index % 2);
  const scores = labels.map((label, index) => label * 0.3 + ((index * 37) % 60) / 60);

  it('holds the figure, is the same each time, and narrows with more runs', () => {
    const area = areaUnderCurve({ labels, scores }) ?? 0;
    const [low, high] = confidenceInterval([{ labels, scores }], areaUnderCurve) ?? [1, 0];
    expect(low < area && area < high).toBe(true);
    expect(confidenceInterval([{ labels, scores }], areaUnderCurve)).toEqual([low, high]);
    const [narrowLow, narrowHigh] = confidenceInterval(
      new Array(9).fill({ labels, scores }) as { labels: number[]; scores: number[] }[],
      areaUnderCurve,
    ) ?? [0, 1];
    expect(narrowHigh - narrowLow).toBeLessThan((high - low) / 2);
  });

  it('is none where the figure is none', () => {
    expect(confidenceInterval([], areaUnderCurve)).toBeNull();
    expect(confidenceInterval([{ labels: [1], scores: [0.5] }], areaUnderCurve)).toBeNull();
    expect(confidenceInterval([{ labels: [0, 1, 1], scores: [0.2, Number.NaN, 0.4] }], areaUnderCurve)).toBeNull();
  });
});

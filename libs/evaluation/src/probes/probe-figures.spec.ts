import { PROBE_FIGURES } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { areaInterval, NORMAL_95, shareInterval } from '../intervals.js';
import { probeFigures, probeResult, probeVector } from './probe-figures.js';

const TWO_CLASSES = { classes: 2, number: null };

/** Repeatable numbers in (0, 1), as good as noise here. */
function noise(index: number): number {
  return Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1;
}

describe('the figures of a probe', () => {
  it('count, weigh and take logarithms as they are defined', async () => {
    const certain = (label: number): number[] => [0, 1].map((other) => Math.log(other === label ? 0.9 : 0.1));
    // Three of class 0, one of which is read wrong, and one of class 1, read right.
    const figures = await probeFigures(Float32Array.from([0, 0, 1, 1].flatMap(certain)), Int32Array.of(0, 0, 0, 1), TWO_CLASSES);
    const crossEntropy = -(3 * Math.log(0.9) + Math.log(0.1)) / 4;
    expect(figures.accuracy).toBe(0.75);
    expect(figures.balanced_accuracy).toBeCloseTo((2 / 3 + 1) / 2, 10);
    expect(figures.cross_entropy).toBeCloseTo(crossEntropy, 6);
    expect(figures.information).toBeCloseTo(Math.log(2) - crossEntropy, 6);
    // Of the three pairs, two are in order, and the one that is read wrong scores as high as the example of class 1.
    expect(figures.auroc).toBeCloseTo(2.5 / 3, 10);
    // Among 1,000 draws of four examples there are some without a mistake and some with three.
    expect([figures.accuracy_low, figures.accuracy_high]).toEqual([0.25, 1]);
    const rounded = Object.entries(figures as unknown as Record<string, number | null>).map(([name, value]) => (
      [name, value === null ? null : Math.fround(value)] as const
    ));
    expect(probeResult(probeVector(figures))).toEqual(Object.fromEntries(rounded));
    expect(probeVector(figures)).toHaveLength(PROBE_FIGURES);
  });

  it('have no area where all examples are of one class', async () => {
    const figures = await probeFigures(Float32Array.of(-1, -0.5, -0.2, -2), Int32Array.of(1, 1), TWO_CLASSES);
    expect(figures).toMatchObject({ auroc: null, auroc_low: null, auroc_high: null });
    expect(probeResult(probeVector(figures)).auroc).toBeNull();
    // A worker whose result is not finite would be taken for one that errs.
    expect(probeVector(figures).every(Number.isFinite)).toBe(true);
  });

  it('have intervals as wide as those of a share, and of an area by another method', async () => {
    const examples = 1000;
    const labels = Int32Array.from({ length: examples }, (_, example) => Number(example % 4 === 0));
    const ofOne = Float64Array.from(labels, (label, example) => 0.2 + 0.3 * label + 0.5 * noise(example));
    const logProbabilities = Float32Array.from([...ofOne].flatMap((one) => [Math.log(1 - one), Math.log(one)]));
    const figures = await probeFigures(logProbabilities, labels, TWO_CLASSES);
    const [low, high] = shareInterval(figures.accuracy, examples);
    expect([figures.accuracy_low, figures.accuracy_high]).toEqual([low, high].map((end) => expect.closeTo(end, 2) as number));
    const [lowArea, highArea] = areaInterval(figures.auroc ?? 0, examples / 4, (3 * examples) / 4);
    expect([figures.auroc_low, figures.auroc_high]).toEqual([lowArea, highArea].map((end) => expect.closeTo(end, 1) as number));
    expect((figures.auroc_high ?? 0) - (figures.auroc_low ?? 0)).toBeGreaterThan(0.03);
    // Of each class a share is read right, by itself; class 1 always.
    const recall = 2 * figures.balanced_accuracy - 1;
    const expected = (2 * NORMAL_95 * Math.sqrt((recall * (1 - recall)) / (0.75 * examples))) / 2;
    expect(Math.abs((figures.balanced_accuracy_high - figures.balanced_accuracy_low) / expected - 1)).toBeLessThan(0.1);
  });

  it('have the share of a number\'s variance that the expected mean of its parts explains', async () => {
    const halves = Float32Array.from([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.5, 0.5]].flat().map(Math.log));
    const number = { means: [0, 10], values: Float64Array.of(1, 0, 10, 5) };
    const { r_squared } = await probeFigures(halves, Int32Array.of(0, 0, 1, 1), { classes: 2, number });
    // Expected: 1, 1, 9 and 5. The values' mean is 4.
    expect(r_squared).toBeCloseTo(1 - (0 + 1 + 1 + 0) / (9 + 16 + 36 + 1), 6);
    const same = { means: [0, 10], values: new Float64Array(4) };
    expect((await probeFigures(halves, Int32Array.of(0, 0, 1, 1), { classes: 2, number: same })).r_squared).toBeNull();
  });
});

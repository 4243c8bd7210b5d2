import { describe, expect, it } from 'vitest';
import { probeFigures, probeResult, probeVector } from './probe-figures.js';

describe('the figures of a probe', () => {
  it('count, weigh and take logarithms as they are defined', () => {
    const certain = (label: number): number[] => [0, 1].map((other) => Math.log(other === label ? 0.9 : 0.1));
    // Three of class 0, one of which is read wrong, and one of class 1, read right.
    const figures = probeFigures(Float32Array.from([0, 0, 1, 1].flatMap(certain)), Int32Array.of(0, 0, 0, 1), 2);
    const crossEntropy = -(3 * Math.log(0.9) + Math.log(0.1)) / 4;
    expect(figures.accuracy).toBe(0.75);
    expect(figures.balanced_accuracy).toBeCloseTo((2 / 3 + 1) / 2, 10);
    expect(figures.cross_entropy).toBeCloseTo(crossEntropy, 6);
    expect(figures.information).toBeCloseTo(Math.log(2) - crossEntropy, 6);
    // Of the three pairs, two are in order, and the one that is read wrong scores as high as the example of class 1.
    expect(figures.auroc).toBeCloseTo(2.5 / 3, 10);
    expect(probeResult(probeVector(figures))).toMatchObject({ accuracy: 0.75, auroc: Math.fround(2.5 / 3), scored: 4 });
  });

  it('have no area where all examples are of one class', () => {
    const figures = probeFigures(Float32Array.of(-1, -0.5, -0.2, -2), Int32Array.of(1, 1), 2);
    expect(figures.auroc).toBeNull();
    expect(probeResult(probeVector(figures)).auroc).toBeNull();
    // A worker whose result is not finite would be taken for one that errs.
    expect(probeVector(figures).every(Number.isFinite)).toBe(true);
  });
});

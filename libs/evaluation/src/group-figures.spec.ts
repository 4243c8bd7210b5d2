import { describe, expect, it } from 'vitest';
import { GroupFigures } from './group-figures.js';

/** Examples of two classes as [group, class, probability of the second class]. */
function figuresOf(examples: readonly (readonly [number, number, number])[], groupCount = 2): GroupFigures {
  return new GroupFigures({
    groups: examples.map(([group]) => group),
    labels: examples.map(([, label]) => label),
    logProbabilities: Float32Array.from(examples.flatMap(([, , positive]) => [Math.log(1 - positive), Math.log(positive)])),
    classes: 2,
    groupCount,
  });
}

function repeated(times: number, ...example: [number, number, number]): [number, number, number][] {
  return Array.from({ length: times }, () => example);
}

const all = (count: number): Uint16Array => new Uint16Array(count).fill(1);

/** How often each of 20 examples counts where these are drawn. */
function drawn(...examples: number[]): Uint16Array {
  const counts = new Uint16Array(20);
  for (const example of examples) counts[example] = (counts[example] ?? 0) + 1;
  return counts;
}

describe('the figures of a head by group', () => {
  // Group 0: 8 of 10 taken for the second class; group 1: 3 of 10. Of the second class 6 of 6 and 2 of 5 are found.
  const examples = [
    ...repeated(6, 0, 1, 0.9), ...repeated(2, 0, 0, 0.9), ...repeated(2, 0, 0, 0.1),
    ...repeated(2, 1, 1, 0.8), ...repeated(3, 1, 1, 0.3), ...repeated(1, 1, 0, 0.8), ...repeated(4, 1, 0, 0.3),
  ];
  const figures = figuresOf(examples);

  it('are the gaps between what the groups are taken for', () => {
    expect(figures.accuracy(all(20))).toBeCloseTo(14 / 20);
    expect(figures.demographicParity(all(20))).toBeCloseTo(0.8 - 0.3);
    // True positive rates 1 and .4, false positive rates .5 and .2.
    expect(figures.equalisedOdds(all(20))).toBeCloseTo(0.6);
  });

  it('are of the examples that are drawn', () => {
    expect(figures.demographicParity(drawn(0, 0, 10, 10))).toBe(0);
    expect(figures.equalisedOdds(drawn(6, 8, 16, 17))).toBeCloseTo(0.5);
    expect(figures.accuracy(drawn(0, 0, 0, 6))).toBe(0.75);
  });

  it('are not defined where there is one group only', () => {
    expect(figures.demographicParity(drawn(0, 1, 2))).toBeNull();
    // Each group has one class only: no rate is of both.
    expect(figures.equalisedOdds(drawn(0, 15))).toBeNull();
    expect(figures.calibrationError(drawn(0, 1), 1)).toBeNull();
  });

  it('are calibrated where as many are of a class as its probability says', () => {
    // Of the first group, 6 of 8 with .9 are of the second class, and none of two with .1: (8 x .15 + 2 x .1) / 10.
    expect(figures.calibrationError(all(20), 0)).toBeCloseTo(0.14);
    // Of the second, 2 of 3 with .8 and 3 of 7 with .3: (3 x .1333 + 7 x .1286) / 10.
    expect(figures.calibrationError(all(20), 1)).toBeCloseTo((0.4 + 0.9) / 10);
    const calibrated = figuresOf([...repeated(3, 0, 1, 0.75), ...repeated(1, 0, 0, 0.75)], 1);
    expect(calibrated.calibrationError(all(4), 0)).toBeCloseTo(0);
  });

  it('say so where a prediction is not a number', () => {
    const broken = figuresOf([[0, 1, Number.NaN], [1, 1, 0.9]]);
    expect(broken.accuracy(all(2))).toBe(0.5);
    expect(broken.demographicParity(all(2))).toBe(1);
    expect(broken.calibrationError(all(2), 0)).toBeNaN();
  });
});

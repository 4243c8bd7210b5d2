import type { DataFacts, Dataset } from '@lethe/data';
import { describe, expect, it } from 'vitest';
import { pairedOtherwise } from './paired-otherwise.js';

/** Training examples whose colour agrees with the digit in 90 of 100, of two digits. */
const colour = { name: 'colour', countsByLabel: [[90, 10], [10, 90]], isLabel: false };

function test(count: number, colourOf: (example: number) => number): Pick<Dataset, 'labels' | 'forgotten'> {
  return {
    labels: Uint32Array.from({ length: count }, (_, example) => example % 2),
    forgotten: [Uint32Array.from({ length: count }, (_, example) => colourOf(example))],
  };
}

function found(of: object, tested: Pick<Dataset, 'labels' | 'forgotten'>): string[] {
  return pairedOtherwise({ facts: { forgotten: [of] } as unknown as Pick<DataFacts, 'forgotten'>, test: tested });
}

describe('attributes that test examples pair otherwise with the label', () => {
  it('are those that are independent there', () => {
    expect(found(colour, test(1000, (example) => Math.floor(example / 2) % 2))).toEqual(['colour']);
    expect(found(colour, test(1000, (example) => (example % 20 < 18 ? example % 2 : 1 - (example % 2))))).toEqual([]);
  });

  it('are none that few examples do not tell from the others, or that is the label', () => {
    expect(found(colour, test(4, (example) => Math.floor(example / 2) % 2))).toEqual([]);
    expect(found({ ...colour, isLabel: true }, test(1000, () => 1))).toEqual([]);
    expect(found(colour, test(0, () => 0))).toEqual([]);
  });
});

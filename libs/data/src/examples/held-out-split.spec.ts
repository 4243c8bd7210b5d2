import { describe, expect, it } from 'vitest';
import { MISSING } from '../model/attributes.js';
import { splitHeldOut } from './held-out-split.js';

const withLabels = (labels: Uint32Array, groups: Uint32Array | null = null) => ({ train: { labels, groups }, heldOut: null });
const of = (...labels: number[]) => withLabels(Uint32Array.from(labels));
const labelled = (count: number) => withLabels(new Uint32Array(count));

describe('splitHeldOut', () => {
  it('parts the training set into two sorted halves that miss nothing', () => {
    const { training, heldOut } = splitHeldOut(labelled(1000), 100, 3);
    expect([training.length, heldOut.length]).toEqual([900, 100]);
    expect([...training]).toEqual([...training].sort((a, b) => a - b));
    expect([...heldOut]).toEqual([...heldOut].sort((a, b) => a - b));
    expect(new Set([...training, ...heldOut]).size).toBe(1000);
  });

  it('depends on the seed and on nothing else', () => {
    expect(splitHeldOut(labelled(1000), 100, 3)).toEqual(splitHeldOut(labelled(1000), 100, 3));
    expect(splitHeldOut(labelled(1000), 100, 3)).not.toEqual(splitHeldOut(labelled(1000), 100, 4));
  });

  it('stays the same over releases, or old runs could not be resumed', () => {
    expect([...splitHeldOut(labelled(100), 5, 0).heldOut]).toEqual([3, 5, 22, 64, 76]);
  });

  it('can keep back nothing, but not everything', () => {
    const { training, heldOut } = splitHeldOut(labelled(3), 0, 1);
    expect([[...training], heldOut.length]).toEqual([[0, 1, 2], 0]);
    expect(() => splitHeldOut(labelled(3), 3, 1)).toThrow('expected fewer than the 3 training images with a label, found 3');
  });

  it('keeps back any where none has a label', () => {
    const { training, heldOut } = splitHeldOut(of(MISSING, MISSING, MISSING), 1, 2);
    expect([training.length, heldOut.length]).toEqual([2, 1]);
  });

  it('keeps back only what has a label', () => {
    const { training, heldOut } = splitHeldOut(of(MISSING, 0, MISSING, 1, MISSING), 1, 2);
    expect(training.length + heldOut.length).toBe(5);
    expect([1, 3]).toContain(heldOut[0]);
    expect(() => splitHeldOut(of(MISSING, 0), 1, 1)).toThrow('fewer than the 1 training images with a label');
  });

  it('keeps back what the data hold out, which the settings must agree with', () => {
    const data = { ...labelled(5), heldOut: Uint32Array.of(1, 4) };
    const { training, heldOut } = splitHeldOut(data, 2, 1);
    expect([[...training], [...heldOut]]).toEqual([[0, 2, 3], [1, 4]]);
    expect(() => splitHeldOut(data, 3, 1)).toThrow('expected the 2 examples that the data hold out, found 3');
  });

  it('keeps groups whole, and their examples without a label out of both parts', () => {
    const groups = Uint32Array.from({ length: 1000 }, (_, index) => Math.floor(index / 7) % 90);
    const labels = Uint32Array.from({ length: 1000 }, (_, index) => (index % 10 === 0 ? MISSING : 0));
    const { training, heldOut } = splitHeldOut(withLabels(labels, groups), 100, 3);
    const isHeldOut = new Set(heldOut.map((index) => groups[index] ?? 0));
    expect([...training].filter((index) => isHeldOut.has(groups[index] ?? 0))).toEqual([]);
    expect(heldOut.length).toBeLessThanOrEqual(100);
    expect(heldOut.length).toBeGreaterThan(90);
    expect([...heldOut].every((index) => labels[index] === 0)).toBe(true);
    const left = [...labels.keys()].filter((index) => isHeldOut.has(groups[index] ?? 0) && labels[index] === MISSING);
    expect(training.length + heldOut.length + left.length).toBe(1000);
    expect(splitHeldOut(withLabels(labels, groups), 100, 3)).toEqual({ training, heldOut });
  });

  it('refuses fewer images than the smallest group has', () => {
    const groups = Uint32Array.from({ length: 30 }, (_, index) => Math.floor(index / 10));
    expect(() => splitHeldOut(withLabels(new Uint32Array(30), groups), 5, 1))
      .toThrow('expected at least 10, as many as the smallest group has, found 5');
  });
});

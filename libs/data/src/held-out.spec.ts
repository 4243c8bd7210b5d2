import { describe, expect, it } from 'vitest';
import { splitHeldOut } from './held-out.js';

describe('splitHeldOut', () => {
  it('parts the training set into two sorted halves that miss nothing', () => {
    const { training, heldOut } = splitHeldOut(1000, 100, 3);
    expect([training.length, heldOut.length]).toEqual([900, 100]);
    expect([...training]).toEqual([...training].sort((a, b) => a - b));
    expect([...heldOut]).toEqual([...heldOut].sort((a, b) => a - b));
    expect(new Set([...training, ...heldOut]).size).toBe(1000);
  });

  it('depends on the seed and on nothing else', () => {
    expect(splitHeldOut(1000, 100, 3)).toEqual(splitHeldOut(1000, 100, 3));
    expect(splitHeldOut(1000, 100, 3)).not.toEqual(splitHeldOut(1000, 100, 4));
  });

  it('stays the same over releases, or old runs could not be resumed', () => {
    expect([...splitHeldOut(100, 5, 0).heldOut]).toEqual([3, 5, 22, 64, 76]);
  });

  it('can keep back nothing, but not everything', () => {
    const { training, heldOut } = splitHeldOut(3, 0, 1);
    expect([[...training], heldOut.length]).toEqual([[0, 1, 2], 0]);
    expect(() => splitHeldOut(3, 3, 1)).toThrow('expected fewer than the 3 training images, found 3');
  });
});

import { describe, expect, it } from 'vitest';
import { splitHeldOut } from './held-out-split.js';

const labelled = (count: number): Uint8Array => new Uint8Array(count);

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

  it('keeps back only what has a label', () => {
    const { training, heldOut } = splitHeldOut(Uint8Array.of(255, 0, 255, 1, 255), 1, 2);
    expect(training.length + heldOut.length).toBe(5);
    expect([1, 3]).toContain(heldOut[0]);
    expect(() => splitHeldOut(Uint8Array.of(255, 0), 1, 1)).toThrow('fewer than the 1 training images with a label');
  });
});

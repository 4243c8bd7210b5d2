import { describe, expect, it } from 'vitest';
import { augment, type Augmentation } from './augment.js';

const NONE: Augmentation = { scale: 0, rotation: 0, shift: 0, invert: false, flip: false };
const PART = { seed: 1, round: 0, shard: 0 };
const shape = { height: 6, width: 4, channels: 2 };
const images = Float32Array.from({ length: 3 * 48 }, (_, index) => Math.sin(index * 1.7));

describe('augment', () => {
  it('leaves images alone that are not to be changed', () => {
    expect(augment(images, shape, NONE, PART)).toEqual(images);
  });

  it('turns some images, and only whole ones, into their negatives', () => {
    const many = new Float32Array(200 * 48).fill(0.5);
    const signs = augment(many, shape, { ...NONE, invert: true }, PART);
    const augmented = Array.from({ length: 200 }, (_, image) => signs.subarray(image * 48, (image + 1) * 48));
    const negatives = augmented.filter((image) => image.every((value) => value === -0.5));
    expect(negatives.length).toBeGreaterThan(70);
    expect(negatives.length).toBeLessThan(130);
    expect(signs.every((value) => Math.abs(value) === 0.5)).toBe(true);
  });

  it('has some images, and only whole ones, in a mirror', () => {
    const [row, mirrored] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(4, 3, 2, 1)];
    const many = Float32Array.from({ length: 800 }, (_, index) => row[index % 4] as number);
    const seen = augment(many, { height: 1, width: 4, channels: 1 }, { ...NONE, flip: true }, PART);
    const rows = Array.from({ length: 200 }, (_, image) => seen.subarray(image * 4, (image + 1) * 4).join());
    const flipped = rows.filter((one) => one === mirrored.join()).length;
    expect(flipped).toBeGreaterThan(70);
    expect(rows.filter((one) => one === row.join())).toHaveLength(200 - flipped);
    expect(flipped).toBeLessThan(130);
  });

  it('copies pixels that stay pixels to the very place that they would be resampled to', () => {
    const copied = { ...NONE, invert: true, flip: true };
    for (let shard = 0; shard < 8; shard += 1) {
      const part = { ...PART, shard };
      expect(augment(images, shape, copied, part)).toEqual(augment(images, shape, { ...copied, shift: Number.MIN_VALUE }, part));
    }
  });

  it('moves by less than it may, interpolating between pixels', () => {
    // A slope of 1 per row: a shift of s rows adds s everywhere but at the border.
    const slope = Float32Array.from({ length: 9 * 3 }, (_, index) => Math.floor(index / 3));
    for (let shard = 0; shard < 20; shard += 1) {
      const moved = augment(slope, { height: 9, width: 3, channels: 1 }, { ...NONE, shift: 0.2 }, { ...PART, shard });
      const [row3 = 0, row5 = 0] = [moved[3 * 3], moved[5 * 3]];
      expect(row5 - row3).toBeCloseTo(2, 5);
      expect(Math.abs(row3 - 3)).toBeLessThanOrEqual(0.2 * 9);
    }
  });

  it('keeps the middle where it is when it scales and turns', () => {
    const dot = new Float32Array(49);
    dot[24] = 1;
    const turned = augment(dot, { height: 7, width: 7, channels: 1 }, { ...NONE, scale: 0.3, rotation: 0.5 }, PART);
    expect(turned.indexOf(Math.max(...turned))).toBe(24);
    expect(turned[24]).toBeCloseTo(1, 5);
  });

  it('is the same for the same shard of the same round, and else another', () => {
    const changed: Augmentation = { scale: 0.2, rotation: 0.2, shift: 0.1, invert: true, flip: true };
    expect(augment(images, shape, changed, PART)).toEqual(augment(images, shape, changed, PART));
    for (const other of [{ ...PART, seed: 2 }, { ...PART, round: 1 }, { ...PART, shard: 1 }]) {
      expect(augment(images, shape, changed, other)).not.toEqual(augment(images, shape, changed, PART));
    }
  });
});

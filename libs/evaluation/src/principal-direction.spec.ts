import { describe, expect, it } from 'vitest';
import { principalDirection } from './principal-direction.js';

describe('the direction in which vectors are spread most', () => {
  it('is that of their greatest variance, wherever their mean is', async () => {
    const values = Float32Array.from({ length: 400 }, (_, place) => {
      const row = Math.floor(place / 2);
      const [along, across] = [3 * Math.sin(row * 7), Math.sin(row * 13)];
      return place % 2 === 0 ? 0.6 * along - 0.8 * across + 50 : 0.8 * along + 0.6 * across;
    });
    values[10] = Number.NaN;
    const [x = 0, y = 0] = (await principalDirection({ values, size: 2 })) ?? [];
    expect(Math.abs(x)).toBeCloseTo(0.6, 1);
    expect(y / x).toBeCloseTo(0.8 / 0.6, 1);
    expect(Math.hypot(x, y)).toBeCloseTo(1, 9);
  });

  it('is some direction where nothing is spread, and none of nothing or of very long vectors', async () => {
    const [x = 0, y = 0] = (await principalDirection({ values: new Float32Array(12).fill(3), size: 2 })) ?? [];
    expect(Math.hypot(x, y)).toBeCloseTo(1, 9);
    expect(await principalDirection({ values: new Float32Array(0), size: 2 })).toBeNull();
    expect(await principalDirection({ values: new Float32Array(2000), size: 1000 })).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { epochsCompleted } from './run-record.js';

describe('epochs', () => {
  it('are over after floor(e * images / batch) rounds', () => {
    for (const [batch, images] of [[256, 55_000], [64, 60_000], [16, 40], [10, 10]] as const) {
      for (let epoch = 1; epoch <= 7; epoch += 1) {
        const rounds = Math.floor((epoch * images) / batch);
        expect(epochsCompleted(rounds, batch, images), `${batch} of ${images}`).toBe(epoch);
        if (batch < images / 2) expect(epochsCompleted(rounds - 1, batch, images)).toBe(epoch - 1);
      }
    }
  });
});

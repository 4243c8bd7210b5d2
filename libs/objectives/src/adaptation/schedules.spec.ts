import { describe, expect, it } from 'vitest';
import { reversalRamp } from './schedules.js';

describe('reversalRamp', () => {
  it('climbs from 0 to nearly 1 as the paper has it', () => {
    expect(reversalRamp(0, 10)).toBe(0);
    expect(reversalRamp(0.1, 10)).toBeCloseTo(0.462117, 6);
    expect(reversalRamp(0.5, 10)).toBeCloseTo(0.986614, 6);
    expect(reversalRamp(1, 10)).toBeCloseTo(0.999909, 6);
  });

  it('climbs as fast as it is told', () => {
    expect(reversalRamp(0.5, 2)).toBeCloseTo(0.462117, 6);
  });
});

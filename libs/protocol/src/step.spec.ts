import { describe, expect, it } from 'vitest';
import { describeStep } from './step.js';

describe('a step in words', () => {
  it('is counted from 1, with the name of its phase where that is known', () => {
    const step = { round: 2, phase: 1, innerStep: 0 };
    expect(describeStep(step, [{ name: 'classifier' }, { name: 'autoencoder' }])).toBe('round 3, phase autoencoder, inner step 1');
    expect(describeStep(step)).toBe('round 3, phase 2, inner step 1');
  });
});

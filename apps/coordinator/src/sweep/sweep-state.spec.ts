import { describe, expect, it } from 'vitest';
import { parseSweepState, sweepStateText, type SweepState } from './sweep-state.js';

const STATE: SweepState = { trialsAtOnce: 1, halving: null, best: { figure: 'probe_mlp', better: 'lower' }, trials: [] };

describe('the state of a sweep', () => {
  it('comes back, that of the first version too, which names none', () => {
    expect(parseSweepState(sweepStateText(STATE), 'sweep.json')).toEqual(STATE);
    expect(parseSweepState(JSON.stringify(STATE), 'sweep.json')).toEqual(STATE);
  });

  it('is refused when a newer Lethe wrote it', () => {
    expect(() => parseSweepState(JSON.stringify({ version: 99, ...STATE }), 'sweep.json')).toThrow(/sweep\.json: expected version \d+ or an earlier one, found version 99/);
  });
});

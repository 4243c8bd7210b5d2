import { describe, expect, it } from 'vitest';
import { parseTrialsState, trialsStateText, type TrialsState } from './trials-state.js';

const STATE: TrialsState = { kind: 'sweep', trialsAtOnce: 1, halving: null, best: { figure: 'probe_mlp', better: 'lower' }, trials: [] };

describe('the state of a sweep', () => {
  it('comes back', () => {
    expect(parseTrialsState(trialsStateText(STATE), 'sweep.json')).toEqual(STATE);
  });

  it('of the first version, which named none and did not say what its trials were for, is known by what they differ in', () => {
    const { kind: _, ...first } = STATE;
    expect(parseTrialsState(JSON.stringify(first), 'sweep.json')).toEqual(STATE);
    const trial = (values: object): object => ({
      name: '001',
      key: 'k',
      values,
      epochs: 1,
      state: 'completed',
      attempts: 1,
      figures: {},
      message: '',
    });
    const kindOf = (values: object): string => parseTrialsState(JSON.stringify({ ...first, trials: [trial(values)] }), 'sweep.json').kind;
    expect(kindOf({ training: 'sources', seed: 1 })).toBe('comparison');
    expect(kindOf({ 'data.domains.training': 'sources', seed: 1 })).toBe('sweep');
    expect(kindOf({})).toBe('sweep');
  });

  it('is refused when a newer Lethe wrote it', () => {
    expect(() => parseTrialsState(JSON.stringify({ version: 99, ...STATE }), 'sweep.json')).toThrow(
      /sweep\.json: expected version \d+ or an earlier one, found version 99/,
    );
  });
});

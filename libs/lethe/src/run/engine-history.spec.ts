import { describe, expect, it } from 'vitest';
import { EngineHistory } from './engine-history.js';

const history = (earlier: readonly string[] | null, strictBits = false): EngineHistory =>
  new EngineHistory({ name: 'mild', earlier, strictBits });

describe('the engines of a run', () => {
  it('are those of its workers, and need no word where they stay the same', () => {
    expect(history(null).with(['native a', 'native a'])).toEqual(['native a']);
    expect(history(null, true).warning(['native a'])).toBe(null);
    expect(history(['native a'], true).warning(['native a'])).toBe(null);
    expect(history(['native a']).with(['native a'])).toEqual(['native a']);
    expect(history(['native a']).with([])).toEqual(['native a']);
  });

  it('are named, both, where a run goes on with others', () => {
    expect(history(['native a', 'native b']).warning(['native a'])).toBe(
      'mild was computed with "native b"; these workers compute with "native a", ' +
      'and may go on with other bits than an unbroken run (--strict-bits refuses that)',
    );
    expect(history(['native a', 'native b']).with(['native c', 'native a'])).toEqual(['native a', 'native b', 'native a and native c']);
  });

  it('are unknown of runs that did not write them down', () => {
    expect(history([]).warning(['native a'])).toContain(
      'mild does not say what it was computed with; these workers compute with "native a"',
    );
    expect(history([]).with(['native a'])).toEqual(['unknown', 'native a']);
  });

  it.each([
    [
      ['native a', 'native b'],
      'native b',
      'mild was computed with "native a", then "native b"; ' +
      'these workers compute with "native b"; --strict-bits asks for the bits of an unbroken run',
    ],
    [
      ['native a', 'native b', 'native a'],
      'native a',
      'mild was computed with "native a", then "native b", then "native a"; these workers',
    ],
    [['unknown', 'native a'], 'native a', 'mild was computed with what it does not say, then "native a"; these workers'],
    [
      ['native a', 'native b'],
      'native c',
      'mild was computed with "native a", then "native b"; these workers compute with "native c"; --strict-bits',
    ],
  ])('of before, %j, are refused where the run insists on its bits, whatever it was computed with last', (earlier, now, message) => {
    expect(() => history(earlier, true).warning([now])).toThrow(
      expect.objectContaining({ code: 'FINGERPRINT_MISMATCH', message: expect.stringContaining(message) as string }),
    );
    expect(history(earlier).warning([earlier.at(-1) ?? ''])).toBe(null);
  });

  it.each([[['native b']], [[]]])('after %j are refused where the run insists on its bits', (earlier) => {
    expect(() => history(earlier, true).warning(['native a'])).toThrow(expect.objectContaining({ code: 'FINGERPRINT_MISMATCH' }));
  });
});

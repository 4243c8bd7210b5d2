import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatFigures, formatNumber, formatTable } from './format.js';

describe('figures for a person', () => {
  it.each([
    [0, '0 s'], [59.4, '59 s'], [59.6, '1 min 00 s'], [245, '4 min 05 s'], [3600, '1 h 00 min'],
    [7385, '2 h 03 min'], [86_400 + 4 * 3600, '1 d 04 h'], [null, '-'], [Infinity, '-'], [-3, '0 s'],
  ])('writes %s seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [0, '0 B'], [640, '640 B'], [4096, '4.1 kB'], [3_140_000, '3.1 MB'], [853_400_000, '853 MB'], [1.28e9, '1.3 GB'],
  ])('writes %s bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0'], [0.12345, '0.1235'], [2.302585, '2.303'], [0.00001, '1.000e-5'], [12_345.6, '1.235e+4'], [-0.5, '-0.5000'], [NaN, 'NaN'],
  ])('writes %s as %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('makes every column of a table as wide as its widest cell', () => {
    expect(formatTable([['probe', '', 'read'], ['mlp', 'test', '0.2'], ['neighbours', '', '']])).toEqual([
      'probe             read', 'mlp         test  0.2', 'neighbours',
    ]);
  });

  it('groups thousands and joins named figures', () => {
    expect(formatCount(1_234_567.8)).toBe('1,234,568');
    expect(formatCount(NaN)).toBe('-');
    expect(formatFigures({ mse: 0.25, nll: 2.302585 })).toBe('mse 0.2500  nll 2.303');
  });
});

import { describe, expect, it } from 'vitest';
import { codeNamedBy } from './code-named-by.js';

describe('the code that a configuration names', () => {
  it('is that of the game, then that of the reader', () => {
    const data = { kind: 'own', own: { reader: 'tones', code: 'b2', settings: {} } };
    expect(codeNamedBy({ objective: { kind: 'own', game: 'speaker', code: 'a1', beta: 1 }, data })).toEqual([
      { role: 'game', name: 'speaker', sha256: 'a1' }, { role: 'data', name: 'tones', sha256: 'b2' },
    ]);
  });

  it('is none where the game and the reader are built in, or nothing is said', () => {
    const config = { objective: { kind: 'own', game: 'forgetting', code: null }, data: { kind: 'table', own: null } };
    for (const without of [config, { objective: { kind: 'forgetting' }, data: {} }, {}, null, 'text']) {
      expect(codeNamedBy(without)).toEqual([]);
    }
  });
});

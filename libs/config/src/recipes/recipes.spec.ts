import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RECIPE_NAMES } from './index.js';

describe('the recipes', () => {
  it('are those of the folder, under the names of their files, the default one first', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => !/^index\.|\.spec\./.test(file));
    const names = files.map((file) => basename(file, '.ts'));
    expect([...RECIPE_NAMES].sort()).toEqual(names.sort());
    expect(RECIPE_NAMES[0]).toBe('forget-short');
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newGame } from './new-game.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-new-game-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

describe('a new game', () => {
  it('is written into a folder that is made for it, under the folder\'s name', async () => {
    const place = join(folder, 'sub', 'My Speaker!');
    const { files } = await newGame(place);
    expect(files).toEqual(['game.ts', 'game.test.mjs', 'people/people.csv', 'README.md', 'tsconfig.json', 'package.json']);
    expect(files.every((file) => existsSync(join(place, file)))).toBe(true);
    expect(JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))).toMatchObject({ name: 'my-speaker', type: 'module' });
    const rows = readFileSync(join(place, 'people/people.csv'), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(4001);
    const women = rows.filter((row) => row.includes(',woman,')).length;
    expect(Math.abs(women - 2000)).toBeLessThan(150);
  });

  it('leaves what npm has put there', async () => {
    const place = join(folder, 'installed');
    mkdirSync(join(place, 'node_modules'), { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"name":"mine"}');
    writeFileSync(join(place, 'lethe-0.1.0.tgz'), '');
    expect((await newGame(place)).files).not.toContain('package.json');
    expect(readFileSync(join(place, 'package.json'), 'utf8')).toBe('{"name":"mine"}');
  });

  it('is refused a folder with anything else, of which nothing is changed', async () => {
    const place = join(folder, 'full');
    mkdirSync(place);
    writeFileSync(join(place, 'thesis.tex'), 'x');
    await expect(newGame(place)).rejects.toMatchObject({
      code: 'CONFIG_INVALID', message: `${place}: expected an empty folder, or none, found thesis.tex`,
    });
    expect(existsSync(join(place, 'game.ts'))).toBe(false);
  });
});

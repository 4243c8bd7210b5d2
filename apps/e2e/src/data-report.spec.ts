import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSmallData, writeImage } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-data-report-'));
const [images, table, out] = [join(folder, 'all', 'pets'), join(folder, 'patients'), join(folder, 'sheets')];
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

beforeAll(async () => {
  // Black ink on transparent paper, of two kinds.
  for (let index = 0; index < 24; index += 1) await writeImage(join(images, `${index}.png`), [0, 0, 0, 0]);
  writeFileSync(join(images, '7.png'), 'no image');
  writeFileSync(join(images, '9.png'), '');
  const rows = Array.from({ length: 24 }, (_, index) => `${index}.png,${index % 2 === 0 ? 'cat' : 'dog'}`);
  writeFileSync(join(images, 'labels.csv'), `file,label\n${rows.join('\n')}\n`);
  makeSmallData(join(folder, 'all', 'digits'));
  mkdirSync(table);
  const patients = Array.from({ length: 40 }, (_, row) => `${row},${20 + ((row * 7) % 31)},${row < 20 ? 'yes' : 'no'}`);
  writeFileSync(join(table, 'all.csv'), `row,age,ill\n${patients.join('\n')}\n`);
});

const data = (...argv: string[]): ReturnType<typeof lethe> => lethe(['data', ...argv, '--out', out]);

describe('lethe data', () => {
  it('says what every folder holds, names all files that cannot be read, and draws contact sheets', async () => {
    const { code, output } = await data(join(folder, 'all'), '--background', 'black', '--image-size', '8');
    expect(output).toContain('digits: IDX files');
    expect(output).toContain('examples: 60, 48 to train, 12 to test');
    expect(output).toContain('pets: images listed in labels.csv');
    expect(output).toContain('2 of 24 inputs cannot be read');
    expect(output).toContain('7.png, found');
    expect(output).toContain('9.png, found an empty file');
    expect(output).toContain('all 22 images are the same, of one colour: there is nothing to see in them');
    expect(['digits', 'pets'].map((name) => existsSync(join(out, `${name}.png`)))).toEqual([true, true]);
    expect(code).toBe(2);
    const skipped = await data(images, '--skip-bad');
    expect(skipped.output).toContain('2 of 24 inputs cannot be read and are left out');
    expect(skipped.code).toBe(0);
  }, 60_000);

  it('reads columns by the flags of training', async () => {
    const unnamed = await data(table);
    expect(unnamed.output).toContain('there is no column label: --label-column names another');
    const { code, output } = await data(table, '--label-column', 'ill');
    expect(output).toContain('row decides ill: whoever sees row knows ill; --ignore row leaves it out of the inputs');
    expect(output).toMatch(/ {4}age +number: mean [\d.]+, 20 to 50\n/);
    expect(output).toMatch(/ {4}yes +10 +50\.0 % +10 +50\.0 %\n/);
    expect(code).toBe(0);
    const without = await data(table, '--label-column', 'ill', '--ignore', 'row');
    expect(without.output).not.toContain('decides');
    expect(without.output).toMatch(/ {4}row +ignored\n/);
  }, 60_000);

  it('refuses folders that hold nothing, or are none', async () => {
    const nothing = mkdtempSync(join(folder, 'nothing-'));
    const output = expect.stringContaining('expected images, IDX or MATLAB files') as unknown;
    expect(await data(nothing)).toMatchObject({ code: 2, output });
    expect(await data(join(folder, 'none'))).toMatchObject({ code: 2 });
  }, 60_000);
});

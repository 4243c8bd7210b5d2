import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '@lethe/config';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectData, type InspectOptions } from './inspect-data.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-inspect-'));
  makeSmallData(join(folder, 'all/digits'));
  mkdirSync(join(folder, 'all/table'));
  writeFileSync(join(folder, 'all/table/table.csv'), `label,x\n${'yes,1\nno,2\n'.repeat(30)}`);
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

async function inspected(dir: string | null, settings: Settings = {}, options: InspectOptions = {}) {
  const found = [];
  const environment = { LETHE_CACHE: join(folder, 'cache') };
  for await (const one of inspectData(dir, settings, { folder, environment, ...options })) found.push(one);
  return found;
}

describe('inspectData', () => {
  it('says what a run would read, folder by folder, and draws images if it is to', async () => {
    const [digits, table, ...more] = await inspected('all', {}, { out: 'sheets' });
    expect(digits).toMatchObject({
      name: 'digits', shape: { height: 8, width: 8, channels: 1 }, classes: ['0', '1', '2', '3'], trainCount: 48, testCount: 12,
      inputCount: 60, unreadable: [], leavesOut: true, problems: [], contactSheet: join(folder, 'sheets/digits.png'),
    });
    expect(existsSync(join(folder, 'sheets/digits.png'))).toBe(true);
    expect(table).toMatchObject({ name: 'table', kind: 'a table (table.csv)', classes: ['no', 'yes'], contactSheet: null });
    expect(more).toEqual([]);
    expect(await inspected('all')).toMatchObject([{ contactSheet: null }, {}]);
  });

  it('says what a recipe brings', async () => {
    const [faces, ...more] = await inspected(null, { recipe: 'avatars', data: { avatars: { count: 16 }, imageSize: 16 } });
    expect(faces).toMatchObject({
      kind: 'avatars', shape: { height: 16, width: 16, channels: 3 }, classes: ['no', 'yes'], trainCount: 14, testCount: 2,
      inputCount: 16, problems: [],
    });
    expect(more).toEqual([]);
  });

  it('says why data cannot be read, that there are none, and what is no setting', async () => {
    await expect(inspected('empty')).rejects.toMatchObject({ code: 'DATA_MISSING' });
    await expect(inspected('all', { imageSize: -1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    mkdirSync(join(folder, 'damaged'));
    writeFileSync(join(folder, 'damaged/table.csv'), 'label,x\nyes\n');
    expect(await inspected('damaged')).toMatchObject([{ name: '', damaged: expect.stringContaining('table.csv') as string }]);
  });
});

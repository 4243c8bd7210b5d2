import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNewFolder, writeOutputFolder } from './output-folder.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-output-')); });
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const FILES = new Map([['a.txt', Buffer.from('a')], ['below/b.txt', Buffer.from('b')]]);

describe('a folder of results', () => {
  it.each([['that is not there', false], ['that is empty', true]])('%s is made whole', async (_what, isThere) => {
    const out = join(folder, 'results');
    if (isThere) mkdirSync(out);
    await expectNewFolder('--out', out);
    await writeOutputFolder(out, FILES);
    expect(readFileSync(join(out, 'below/b.txt'), 'utf8')).toBe('b');
    expect(readdirSync(folder)).toEqual(['results']);
  });

  it('with files, or a file in its place, is refused and stays as it is', async () => {
    writeFileSync(join(folder, 'mine'), 'mine');
    await expect(expectNewFolder('--out', folder)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `--out: expected a folder that is not there yet, or an empty one, found ${folder}, a folder with files`,
    });
    await expect(expectNewFolder('--out', join(folder, 'mine'))).rejects.toThrow(/mine, a file$/);
    await expect(expectNewFolder('--out', join(folder, 'mine', 'below'))).rejects.toThrow(/--out: expected a folder, found/);
    expect(readdirSync(folder)).toEqual(['mine']);
  });

  it('that cannot be finished leaves nothing, not even the folders above it', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(writeOutputFolder(join(folder, 'above/results'), FILES, { signal: controller.signal })).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'full'), '');
    await expect(writeOutputFolder(join(folder, 'full'), FILES)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(readdirSync(folder)).toEqual(['full']);
    expect(existsSync(join(folder, 'full/a.txt'))).toBe(false);
  });
});

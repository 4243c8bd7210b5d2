import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectWritableFile, expectWritableFolder } from './writable.js';

const place = mkdtempSync(join(tmpdir(), 'lethe-writable-'));
const [file, folder] = [join(place, 'file'), join(place, 'folder')];
writeFileSync(file, '');
mkdirSync(folder);
afterAll(() => { rmSync(place, { recursive: true, force: true }); });

describe('a folder to write into', () => {
  it.each([folder, join(folder, 'to', 'be', 'made')])('may be %s', async (path) => {
    await expectWritableFolder('--out', path);
  });

  it.each([
    [file, `--out: expected a folder, found the file ${file}`],
    [join(file, 'below'), `--out: expected a folder, found ${join(file, 'below')}, which would lie in the file ${file}`],
  ])('may not be %s', async (path, message) => {
    await expect(expectWritableFolder('--out', path)).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message }) as Error,
    );
  });
});

describe('a file to write', () => {
  it.each([file, join(folder, 'new'), '/dev/null'])('may be %s', async (path) => {
    await expectWritableFile('--out', path);
  });

  it.each([
    [folder, `--out: expected a file, found the folder ${folder}`],
    [join(place, 'none', 'new'), `--out: expected a file in a folder that is there, found ${join(place, 'none', 'new')}`],
    [join(file, 'new'), `--out: expected a file in a folder that is there, found ${join(file, 'new')}`],
  ])('may not be %s', async (path, message) => {
    await expect(expectWritableFile('--out', path)).rejects.toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }) as Error);
  });
});

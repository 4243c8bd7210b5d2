import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NewOutput } from './new-output.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-output-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

/** Makes a folder with a file in it, or ends with an error before it is whole. */
function makeFolder(out: string, error: Error | null = null): Promise<string> {
  return NewOutput.make('--out', out, async ({ temporary }) => {
    mkdirSync(temporary);
    writeFileSync(join(temporary, 'a.txt'), 'a');
    if (error !== null) throw error;
    return 'made';
  });
}

describe('a file or folder that a command makes', () => {
  it.each([['that is not there', false], ['that is an empty folder', true]])('%s is made whole', async (_what, isThere) => {
    const out = join(folder, 'results');
    if (isThere) mkdirSync(out);
    expect(await makeFolder(out)).toBe('made');
    expect(readFileSync(join(out, 'a.txt'), 'utf8')).toBe('a');
    expect(readdirSync(folder)).toEqual(['results']);
  });

  it('that is a folder with files, or a file, is refused before any work and stays as it is', async () => {
    writeFileSync(join(folder, 'mine'), 'mine');
    const expected = `--out: expected nothing there yet, found ${folder}: name another place`;
    await expect(makeFolder(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expected });
    await expect(makeFolder(join(folder, 'mine'))).rejects.toThrow(/found .*mine: name another place/);
    await expect(makeFolder(join(folder, 'mine', 'below'))).rejects.toThrow(/--out: expected a folder, found/);
    expect(readdirSync(folder)).toEqual(['mine']);
  });

  it('that is not finished leaves nothing, not even the folders above it, unless something else lies there by then', async () => {
    await expect(makeFolder(join(folder, 'above/below/results'), new Error('enough'))).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
    await expect(NewOutput.make('--out', join(folder, 'above/below/results'), () => {
      writeFileSync(join(folder, 'above/mine'), 'mine');
      throw new Error('enough');
    })).rejects.toThrow('enough');
    expect(readdirSync(join(folder, 'above'))).toEqual(['mine']);
  });

  it('comes with others, or none of them stays', async () => {
    const paths = ['above/results', 'above/names'].map((name) => join(folder, name));
    const makeBoth = (whileWritten: () => void = () => undefined): Promise<void> => NewOutput.makeAll('--out', paths, (outputs) => {
      for (const { temporary } of outputs) writeFileSync(temporary, 'a');
      whileWritten();
      return Promise.resolve();
    });
    await expect(makeBoth(() => { throw new Error('enough'); })).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
    const takesPlace = (): void => {
      mkdirSync(paths[0] ?? '');
      writeFileSync(join(paths[0] ?? '', 'mine'), 'mine');
    };
    await expect(makeBoth(takesPlace)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['above', 'above/results', 'above/results/mine']);
    rmSync(join(folder, 'above'), { recursive: true });
    await makeBoth();
    expect(readdirSync(join(folder, 'above')).sort()).toEqual(['names', 'results']);
    rmSync(paths[0] ?? '');
    await expect(makeBoth()).rejects.toThrow(/--out: expected nothing there yet, found .*names: name another place/);
    expect(readdirSync(join(folder, 'above'))).toEqual(['names']);
  });

  it('says what the operating system refuses', async () => {
    const full = NewOutput.make('--out', join(folder, 'results'), (output) => output.store(() => writeFile('/dev/full', 'a')));
    await expect(full).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringMatching(/the disk is full/) as string });
    expect(readdirSync(folder)).toEqual([]);
  });
});

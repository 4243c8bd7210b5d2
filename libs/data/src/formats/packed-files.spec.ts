import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeFolder, removeFolders, tarBytes } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { readPackedFiles } from './packed-files.js';
import { Unpacking } from './unpacking.js';

afterAll(removeFolders);

describe('readPackedFiles', () => {
  it('finds files beside and inside archives, by name', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'b.txt'), 'beside');
    await writeFile(join(folder, 'one.tar'), await tarBytes({ 'deep/c.txt': 'plain', 'deep/d.png': 'no' }));
    await writeFile(join(folder, 'two.tar.gz'), gzipSync(await tarBytes({ 'a.txt': 'zipped' })));
    const files = await readPackedFiles(folder, /\.txt$/, new Unpacking(2));
    const contents = files.map(({ name, bytes }) => [name, bytes.toString()]);
    expect(contents).toEqual([['a.txt', 'zipped'], ['b.txt', 'beside'], ['c.txt', 'plain']]);
  });

  it.each([
    ['a cut-off gzip', async () => gzipSync(await tarBytes({ 'a.txt': 'x'.repeat(5000) })).subarray(0, 60), 'x.tar.gz'],
    ['something else', async () => Promise.resolve(Buffer.alloc(2000, 'x')), 'x.tar'],
  ])('refuses %s', async (_what, make, name) => {
    const folder = await makeFolder();
    await writeFile(join(folder, name), await make());
    const message = expect.stringContaining(`${name}: expected an intact tar archive`) as string;
    await expect(readPackedFiles(folder, /./, new Unpacking(2))).rejects.toMatchObject({ code: 'DATA_INVALID', message });
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Unpacking } from './unpacking.js';
import { readUspsFile } from './usps-file.js';

async function file(content: string | Buffer): Promise<string> {
  const path = join(await makeFolder(), 'usps.t');
  await writeFile(path, content);
  return path;
}

const TEXT = '7 1:-1 2:0 256:1\n10 3:-.5\n';

afterEach(removeFolders);

describe('readUspsFile', () => {
  it.each([['plain', TEXT], ['gzipped', gzipSync(TEXT)]])('reads labels from 1 and pixels from -1 to 1: %s', async (_kind, content) => {
    const { images, digits, count, shape } = await readUspsFile(await file(content), new Unpacking(2));
    expect([[...digits], count, shape]).toEqual([[6, 9], 2, { height: 16, width: 16, channels: 1 }]);
    expect([images[0], images[1], images[2], images[255], images[256 + 2]]).toEqual([0, 128, 128, 255, 64]);
  });

  it.each([
    ['an empty file', '', 'expected a line for each image, found none'],
    ['another label', '11 1:0\n', 'line 1: expected a label from 1 to 10, found "11"'],
    ['a pixel too many', '1 1:0\n2 257:0\n', 'line 2: expected pixel:value with pixels 1 to 256 and values -1 to 1, found "257:0"'],
    ['a value that is none', '1 1:x\n', 'found "1:x"'],
    ['a value out of range', '1 1:1.5\n', 'found "1:1.5"'],
    ['half a gzip file', gzipSync(TEXT).subarray(0, 20), 'expected intact gzip data'],
  ])('refuses %s', async (_what, content, message) => {
    const refused = readUspsFile(await file(content), new Unpacking(2));
    await expect(refused).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });
});

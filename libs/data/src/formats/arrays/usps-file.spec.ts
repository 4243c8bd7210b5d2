import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Unpacking } from '../archives/unpacking.js';
import { readUspsFile } from './usps-file.js';

async function file(content: string | Buffer): Promise<string> {
  const path = join(await makeFolder(), 'usps.t');
  await writeFile(path, content);
  return path;
}

const TEXT = '7 1:-1 2:0 256:1\n10 3:-.5\n';
/** The text as Python's bz2 packs it. */
const BZIP2 = Buffer.from('QlpoOTFBWSZTWZBBo/IAAArYAAAQQAN7kCAAIanqZHkBA0DQ87UHAjB79AOqm3OaLuSKcKEhIINH5A==', 'base64');

afterEach(removeFolders);

describe('readUspsFile', () => {
  it.each([
    ['plain', TEXT], ['gzipped', gzipSync(TEXT)], ['as published', BZIP2],
  ])('reads labels from 1 and pixels from -1 to 1: %s', async (_kind, content) => {
    const { images, digits, count, shape } = await readUspsFile(await file(content), new Unpacking(2));
    expect([[...digits], count, shape]).toEqual([[6, 9], 2, { height: 16, width: 16, channels: 1 }]);
    expect([images[0], images[1], images[2], images[255], images[256 + 2]]).toEqual([0, 128, 128, 255, 64]);
  });

  it('reads streams of bzip2 that follow one another', async () => {
    const { digits } = await readUspsFile(await file(Buffer.concat([BZIP2, BZIP2])), new Unpacking(2));
    expect([...digits]).toEqual([6, 9, 6, 9]);
  });

  it.each([
    ['an empty file', '', 'expected a line for each image, found none'],
    ['another label', '11 1:0\n', 'line 1: expected a label from 1 to 10, found "11"'],
    ['a pixel too many', '1 1:0\n2 257:0\n', 'line 2: expected pixel:value with pixels 1 to 256 and values -1 to 1, found "257:0"'],
    ['a value that is none', '1 1:x\n', 'found "1:x"'],
    ['a value out of range', '1 1:1.5\n', 'found "1:1.5"'],
    ['half a bzip2 file', BZIP2.subarray(0, 40), 'expected intact bzip2 data, found it corrupted or cut off'],
    ['a bzip2 file without data', BZIP2.subarray(0, 3), 'expected intact bzip2 data'],
    ['a damaged bzip2 file', Buffer.concat([BZIP2.subarray(0, 50), Buffer.of(1), BZIP2.subarray(51)]), 'expected intact bzip2 data'],
    ['bytes behind a bzip2 file', Buffer.concat([BZIP2, Buffer.from('more')]), 'expected intact bzip2 data'],
    ['a web page', '<!DOCTYPE html><html></html>', 'expected lines of text as LIBSVM has them, found a web page'],
    ['a web page that is gzipped', gzipSync('<html></html>'), 'found a web page'],
    ['half a gzip file', gzipSync(TEXT).subarray(0, 20), 'expected intact gzip data'],
  ])('refuses %s', async (_what, content, message) => {
    const refused = readUspsFile(await file(content), new Unpacking(2));
    await expect(refused).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });
});

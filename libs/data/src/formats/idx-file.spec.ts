import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { idxBytes, makeFolder, removeFolders, someBytes } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { readIdx } from './idx-file.js';
import { Unpacking } from './unpacking.js';

afterAll(removeFolders);

const IMAGES = idxBytes([3, 4, 8], someBytes(96));

async function write(bytes: Uint8Array, name = 'images'): Promise<string> {
  const file = join(await makeFolder(), name);
  await writeFile(file, bytes);
  return file;
}

async function refusalOf(bytes: Uint8Array, rank: 1 | 3 = 3): Promise<string> {
  const file = await write(bytes);
  const error: unknown = await readIdx(file, rank, new Unpacking(2)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'LetheError', code: 'DATA_INVALID' });
  const { message } = error as Error;
  expect(message.startsWith(`${file}: expected `)).toBe(true);
  return message.slice(file.length + 2);
}

describe('readIdx', () => {
  it('reads dimensions and elements', async () => {
    const content = await readIdx(await write(IMAGES), 3, new Unpacking(2));
    expect(content.dimensions).toEqual([3, 4, 8]);
    expect(content.values).toEqual(someBytes(96));
  });

  it('reads labels', async () => {
    const content = await readIdx(await write(idxBytes([3], Uint8Array.of(7, 0, 255))), 1, new Unpacking(2));
    expect([...content.values]).toEqual([7, 0, 255]);
  });

  it('knows gzip by its content, not by its name', async () => {
    const named = await readIdx(await write(gzipSync(IMAGES), 'images.gz'), 3, new Unpacking(2));
    const unnamed = await readIdx(await write(gzipSync(IMAGES), 'images'), 3, new Unpacking(2));
    const unpacked = await readIdx(await write(IMAGES, 'images.gz'), 3, new Unpacking(2));
    for (const content of [named, unnamed, unpacked]) expect(content.values).toEqual(someBytes(96));
  });

  it('puts a file together that comes in many pieces', async () => {
    const values = someBytes(5_000 * 28 * 28);
    const content = await readIdx(await write(gzipSync(idxBytes([5_000, 28, 28], values), { level: 1 })), 3, new Unpacking(2));
    expect(Buffer.compare(content.values, values)).toBe(0);
  });

  it('refuses a truncated file', async () => {
    expect(await refusalOf(IMAGES.subarray(0, -1))).toBe('expected 3 x 4 x 8 = 96 bytes after the header, found 95 (truncated)');
    expect(await refusalOf(IMAGES.subarray(0, 9))).toBe('expected an IDX header of 16 bytes, found a file of 9 bytes');
    expect(await refusalOf(new Uint8Array(0))).toContain('found a file of 0 bytes');
  });

  it('refuses a header that promises more than memory holds before taking any', async () => {
    const header = idxBytes([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], new Uint8Array(10));
    expect(await refusalOf(header)).toContain('found a smaller file (truncated)');
    expect(await refusalOf(gzipSync(header))).toContain('found a smaller file (truncated)');
  });

  it('refuses a foreign file and one of the other kind', async () => {
    expect(await refusalOf(Buffer.from('<!DOCTYPE html><html></html>'))).toBe(
      'expected an IDX file of images (magic number 0x00000803), found 0x3c21444f',
    );
    expect(await refusalOf(IMAGES, 1)).toBe('expected an IDX file of labels (magic number 0x00000801), found 0x00000803');
  });

  it('refuses trailing bytes, inside and behind the gzip data', async () => {
    const longer = Buffer.concat([IMAGES, Buffer.alloc(5)]);
    expect(await refusalOf(longer)).toBe('expected 3 x 4 x 8 = 96 bytes after the header, found 101 (trailing bytes)');
    expect(await refusalOf(gzipSync(longer))).toContain('found 101 (trailing bytes)');
    const followed = Buffer.concat([gzipSync(IMAGES), Buffer.alloc(5)]);
    expect(await refusalOf(followed)).toBe('expected nothing after the gzip data, found 5 more bytes');
  });

  it('refuses corrupted and cut gzip data', async () => {
    const zipped = gzipSync(IMAGES);
    const corrupted = Buffer.from(zipped);
    corrupted[zipped.length - 6] = (corrupted[zipped.length - 6] ?? 0) ^ 0xff;
    expect(await refusalOf(corrupted)).toBe('expected intact gzip data, found it corrupted or cut off');
    expect(await refusalOf(zipped.subarray(0, 30))).toBe('expected intact gzip data, found it corrupted or cut off');
  });

  it('refuses a file without elements', async () => {
    expect(await refusalOf(idxBytes([0, 4, 8], new Uint8Array(0)))).toBe('expected at least one element, found 0 x 4 x 8');
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { idxBytes, makeFolder, removeFolders, someBytes } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { readIdx, readIdxLabels } from './idx-file.js';
import { Unpacking } from '../archives/unpacking.js';

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
    expect(await refusalOf(Buffer.from('some text'))).toBe('expected an IDX file of images (magic number 0x00000803), found 0x736f6d65');
    const page = Buffer.from('\n<!DOCTYPE html><html><body>Please log in</body></html>');
    for (const bytes of [page, gzipSync(page)]) expect(await refusalOf(bytes)).toMatch(/, found a web page, as a download gives/);
    expect(await refusalOf(gzipSync(gzipSync(IMAGES)))).toMatch(/, found a gzip file$/);
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

/** An IDX file of elements of any type. */
function typed(type: number, dimensions: readonly number[], elements: Uint8Array): Buffer {
  const bytes = idxBytes(dimensions, elements);
  bytes[2] = type;
  return bytes;
}

function bigEndian(values: readonly number[], type: 'Int16' | 'Int32' | 'Float32'): Uint8Array {
  const bytes = new Uint8Array(values.length * (type === 'Int16' ? 2 : 4));
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view[`set${type}`](index * (type === 'Int16' ? 2 : 4), value);
  return bytes;
}

describe('readIdxLabels', () => {
  const read = async (bytes: Uint8Array): Promise<number[]> => [...(await readIdxLabels(await write(bytes), new Unpacking(2))).values];

  it.each<[string, Uint8Array, number[]]>([
    ['bytes', idxBytes([3], Uint8Array.of(7, 0, 255)), [7, 0, 255]],
    ['signed bytes', typed(0x09, [2], Uint8Array.of(255, 3)), [-1, 3]],
    ['16 bits', typed(0x0b, [3], bigEndian([300, -2, 7], 'Int16')), [300, -2, 7]],
    ['32 bits', gzipSync(typed(0x0c, [2], bigEndian([70_000, 3], 'Int32'))), [70_000, 3]],
  ])('reads whole numbers: %s', async (_what, bytes, expected) => { expect(await read(bytes)).toEqual(expected); });

  it("reads the class out of QMNIST's rows", async () => {
    const [rows, plain] = await Promise.all(['qmnist-test-labels-idx2-int.gz', 'qmnist-test-labels-idx1-ubyte.gz'].map((name) =>
      readIdxLabels(join(import.meta.dirname, '../../../../testing/fixtures/qmnist', name), new Unpacking(2))));
    expect([plain?.values.length, [...(plain?.values.subarray(0, 5) ?? [])]]).toEqual([500, [7, 2, 1, 0, 4]]);
    expect(rows?.values).toEqual(plain?.values);
  });

  it.each<[string, Uint8Array, string]>([
    ['fractions', typed(0x0d, [1], bigEndian([1], 'Float32')), 'found 0x00000d01: float32 numbers; write them as whole numbers'],
    ['other rows', typed(0x0c, [2, 3], new Uint8Array(24)), "or QMNIST's 8 numbers of which the first is the class, found 3 numbers"],
    ['a header of 2^62 elements', typed(0x0c, [2 ** 31, 2 ** 31], new Uint8Array(8)), 'found a smaller file (truncated)'],
  ])('refuses %s', async (_what, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });
});

it('names images that are not bytes', async () => {
  const floats = typed(0x0d, [1, 2, 2], new Uint8Array(16));
  expect(await refusalOf(floats)).toBe(
    'expected an IDX file of images (magic number 0x00000803), found 0x00000d03: float32 numbers; write them as bytes from 0 to 255',
  );
});

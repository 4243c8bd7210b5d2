import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, matlabBytes, type MatlabFixture, removeFolders } from '@lethe/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { openMatlabFile } from './matlab-file.js';
import { Unpacking } from '../archives/unpacking.js';

const FIXTURES = join(import.meta.dirname, '../../../../testing/fixtures/matlab');
const BYTES: MatlabFixture = { name: 'bytes', dimensions: [4, 2], values: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };

async function file(bytes: Buffer): Promise<string> {
  const path = join(await makeFolder(), 'x.mat');
  await writeFile(path, bytes);
  return path;
}

/** Name, type, sizes and bytes of the arrays of a file, and the names of those that cannot be read. */
async function contentsOf(path: string): Promise<unknown[]> {
  const { arrays, unreadable } = await openMatlabFile(path, new Unpacking(2));
  const described = [];
  for (const array of arrays) {
    const pieces: Uint8Array[] = [];
    for await (const piece of array.bytes()) pieces.push(piece);
    described.push(`${array.name} ${array.type} ${array.dimensions.join(' x ')} ${Buffer.concat(pieces).toString('hex')}`);
  }
  return [...described, ...unreadable.map(({ name, error }) => [name, error.message])];
}

afterEach(removeFolders);

describe("MATLAB's own files", () => {
  it.each([
    ['test_v7_simple.mat', [
      'int8 int8 1 x 1 01', 'uint8 uint8 1 x 1 01', 'int16 int16 1 x 1 0100', 'uint16 uint16 1 x 1 0100', 'int32 int32 1 x 1 01000000',
      'uint32 uint32 1 x 1 01000000', 'int64 int64 1 x 1 0100000000000000', 'uint64 uint64 1 x 1 0100000000000000',
      // MATLAB stores whole numbers in the smallest type that holds them.
      'single single 1 x 1 0000803f', 'double uint8 1 x 1 01', 'logical uint8 1 x 1 01',
    ]],
    ['test_v7_array.mat', [
      'a1x2 uint8 1 x 2 0102', 'a2x1 uint8 2 x 1 0102', 'a2x2x2 uint8 2 x 2 x 2 0104030201030204', 'a2x2 uint8 2 x 2 01040302',
      'empty uint8 0 x 0 ',
    ]],
    ['test_v7_varnames.mat', ['a uint8 3 x 1 010203', 'd uint8 3 x 1 040506']],
    ['test_v7_corrupted_subsystem.mat', []],
    ['test_v6_logical.mat', ['logical uint8 1 x 1 00', 'logical_mat uint8 3 x 3 010001000100000000']],
    ['test_v6_complex.mat', []],
    ['test_v6_sparse.mat', []],
  ])('%s reads; other classes than real numbers are passed over', async (name, expected) => {
    expect(await contentsOf(join(FIXTURES, name))).toEqual(expected);
  });

  const wayOut = '(save it again: `save -v7` in MATLAB, or scipy.io.savemat in Python)';
  it.each([
    ['test_v7.3_simple.mat', `found one of version 7.3, which is HDF5 ${wayOut}`],
    ['test_v7.3_array.mat', `found one of version 7.3, which is HDF5 ${wayOut}`],
    ['test_big_endian.mat', `expected little-endian numbers, found big-endian ones ${wayOut}`],
    ['version-4.mat', `found one of version 4 ${wayOut}`],
  ])('%s is named with the way out', async (name, message) => {
    await expect(openMatlabFile(join(FIXTURES, name), new Unpacking(2))).rejects.toMatchObject({
      code: 'DATA_INVALID', message: expect.stringContaining(message) as string,
    });
  });
});

describe('openMatlabFile', () => {
  it('lists what it holds', async () => {
    const size = { name: 'size', dimensions: [1, 1], values: Float64Array.of(3) };
    expect(await contentsOf(await file(matlabBytes([BYTES, size])))).toEqual([
      'bytes uint8 4 x 2 0102030405060708', 'size double 1 x 1 0000000000000840',
    ]);
  });

  it('goes on behind an array that is damaged', async () => {
    const damaged = matlabBytes([{ ...BYTES, compressed: true }, { ...BYTES, name: 'behind' }]);
    damaged.fill(0x55, 138, 150);
    expect(await contentsOf(await file(damaged))).toEqual([
      'behind uint8 4 x 2 0102030405060708', [null, expect.stringContaining('expected intact compressed arrays')],
    ]);
  });

  it('does not believe a compressed array that names more than deflate can hold', async () => {
    const large = { ...BYTES, dimensions: [2 ** 20, 2 ** 10], compressed: true };
    const { arrays, unreadable } = await openMatlabFile(await file(matlabBytes([large])), new Unpacking(2));
    expect([arrays, unreadable.map(({ name }) => name)]).toEqual([[], ['bytes']]);
  });

  it('refuses a file of countless elements at once', async () => {
    const bytes = Buffer.concat([matlabBytes([]), Buffer.alloc(8 * 20_000, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]))]);
    await expect(openMatlabFile(await file(bytes), new Unpacking(2))).rejects.toThrow('expected at most 10000 arrays, found more');
  });

  it('refuses an array that is too large to be unpacked before a byte is read', async () => {
    const large = { ...BYTES, values: new Uint8Array(2 ** 20), dimensions: [2 ** 20, 1], compressed: true };
    const { arrays: [array] } = await openMatlabFile(await file(matlabBytes([large])), new Unpacking(2 ** -10));
    expect(() => array?.bytes()).toThrow(expect.objectContaining({ code: 'DATA_TOO_LARGE' }));
  });
});

import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { InputReader } from '../../model/inputs.js';
import { Unpacking } from '../archives/unpacking.js';
import { openVectorFile } from './vector-file.js';

afterAll(removeFolders);

const FIXTURES = join(import.meta.dirname, '../../../../testing/fixtures/arrays');
const FRACTIONS = Array.from({ length: 12 }, (_, index) => (index - 2) / 4);
const WHOLE = Array.from({ length: 12 }, (_, index) => index);
const VECTOR = { height: 1, width: 1, channels: 3 };

function openFixture(name: string, array?: string): Promise<InputReader> {
  return openVectorFile(join(FIXTURES, name), { unpacking: new Unpacking(1), ...(array === undefined ? {} : { array }) });
}

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  const file = join(await makeFolder(), name);
  await writeFile(file, bytes);
  return file;
}

async function refusalOf(file: string, unpacking = new Unpacking(1)): Promise<string> {
  const error: unknown = await openVectorFile(file, { unpacking }).then((reader) => reader.read(0, reader.count))
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: expect.stringMatching(/^DATA_(INVALID|TOO_LARGE)$/) as string });
  expect((error as Error).message.startsWith(file)).toBe(true);
  return (error as Error).message.slice(file.length);
}

/** An array as numpy would save it, with any head. */
function npy(head: string, data: Uint8Array): Buffer {
  const padded = head.padEnd(117, ' ');
  const start = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  start.writeUInt16LE(padded.length + 1, 8);
  return Buffer.concat([start, Buffer.from(`${padded}\n`), data]);
}

const head = (shape: string, descr = "'<f4'"): string => `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape}), }`;

/** A zip archive of one deflated member, with any size in its heads. */
function zip(name: string, content: Buffer, { size = content.length, sum = 0 } = {}): Buffer {
  const packed = deflateRawSync(content);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(sum, 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  for (const at of [8, 10]) end.writeUInt16LE(1, at);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

describe('openVectorFile reads vectors', () => {
  it.each([
    ...['f2', 'f4', 'f8', 'f4-big-endian', 'f4-version-2', 'f4-version-3', 'f8-fortran'].map((name) => [`${name}.npy`, FRACTIONS] as const),
    ...['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'i4-big-endian'].map((name) => [`${name}.npy`, WHOLE] as const),
    ['bool.npy', WHOLE.map((value) => Math.sign(value))] as const,
    ['stored.npz', FRACTIONS] as const, ['compressed.npz', FRACTIONS] as const,
    ...['f32', 'f16', 'bf16', 'f64'].map((name) => [`${name}.safetensors`, FRACTIONS] as const),
    ['i64.safetensors', WHOLE] as const,
  ])('of %s', async (name, expected) => {
    const reader = await openFixture(name);
    expect([reader.shape, reader.values, reader.count]).toEqual([VECTOR, 'floats', 4]);
    expect(await reader.read(0, 4)).toEqual({ inputs: Float32Array.from(expected), bad: [] });
    // Any part, in any order.
    for (const [first, end] of [[2, 4], [1, 2], [3, 3]] as const) {
      expect((await reader.read(first, end)).inputs).toEqual(Float32Array.from(expected.slice(3 * first, 3 * end)));
    }
  });

  it('of the array that is named', async () => {
    expect((await (await openFixture('two.npz', 'second')).read(0, 4)).inputs).toEqual(Float32Array.from(FRACTIONS));
    await expect(openFixture('two.npz', 'third')).rejects.toThrow('two.npz: expected an array named third, found first, second');
  });

  it('at once from one compressed array', async () => {
    const reader = await openFixture('compressed.npz');
    const parts = await Promise.all([[2, 4], [0, 2], [1, 3]].map(([first = 0, end = 0]) => reader.read(first, end)));
    expect(parts.map(({ inputs }) => [...inputs])).toEqual([FRACTIONS.slice(6), FRACTIONS.slice(0, 6), FRACTIONS.slice(3, 9)]);
  });

  it('and names rows that float32 cannot hold, as zeros', async () => {
    const { inputs, bad } = await (await openFixture('bad.npy')).read(1, 4);
    expect([...inputs]).toEqual([0, 0, 0, 1, 1.25, 1.5, 0, 0, 0]);
    const place = (row: number, column: number): string => `${join(FIXTURES, 'bad.npy')}, row ${row}, column ${column} (counted from 0)`;
    expect(bad).toEqual([
      { example: 1, reason: `${place(1, 2)}: expected a number from -1e15 to 1e15, found nan` },
      { example: 3, reason: `${place(3, 0)}: expected a number from -1e15 to 1e15, found 1e+300` },
    ]);
  });

  it('and names rows beside whose numbers nothing is left of the others', async () => {
    const numbers = new Uint8Array(Float32Array.of(1, 2, 1e14, 1e37).buffer);
    const reader = await openVectorFile(await fileOf('x.npy', npy(head('2, 2'), numbers)), { unpacking: new Unpacking(1) });
    expect((await reader.read(0, 2)).bad.map(({ example, reason }) => [example, reason.split(': ')[1]])).toEqual([
      [1, `expected a number from -1e15 to 1e15, found ${Math.fround(1e37)}`],
    ]);
  });

  it('in many pieces', async () => {
    const values = Float32Array.from({ length: 1_500_000 }, (_, index) => index % 1001);
    const reader = await openVectorFile(await fileOf('x.npy', npy(head('500000, 3'), new Uint8Array(values.buffer))), {
      unpacking: new Unpacking(1),
    });
    const { inputs } = await reader.read(1, 500_000);
    expect(Buffer.compare(new Uint8Array(inputs.buffer), new Uint8Array(values.buffer, 12))).toBe(0);
  });
});

describe('openVectorFile', () => {
  it.each([
    ['images.npy', { height: 4, width: 5, channels: 3 }, 120], ['grey-images.npy', { height: 4, width: 5, channels: 1 }, 40],
  ])('reads images of bytes: %s', async (name, shape, length) => {
    const reader = await openFixture(name);
    expect([reader.shape, reader.values, reader.count]).toEqual([shape, 'bytes', 2]);
    expect(await reader.read(0, 2)).toEqual({ inputs: Uint8Array.from({ length }, (_, index) => index), bad: [] });
  });

  it('knows a file again by path, size and time', async () => {
    const file = await fileOf('x.npy', await readFile(join(FIXTURES, 'f4.npy')));
    const open = async (): Promise<InputReader> => openVectorFile(file, { unpacking: new Unpacking(1) });
    const before = await open();
    expect(await (await open()).identity()).toBe(await before.identity());
    await writeFile(file, await readFile(join(FIXTURES, 'i4.npy')));
    expect(await (await open()).identity()).not.toBe(await before.identity());
    await truncate(file, 150);
    await expect(before.read(0, 4)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it.each([
    ['objects.npy', 'found Python objects (pickle), which may run code and are not read'], ['complex.npy', 'found the type c8'],
    ['text.npy', 'found the type U1'], ['record.npy', 'found a record of several fields'],
    ['flat.npy', 'found float64 [4] (numpy: array.reshape(-1, 1) makes vectors of single numbers)'],
    ['channels-first.npy', 'found uint8 [2, 3, 4, 5] (channels come last: numpy: array.transpose(0, 2, 3, 1))'],
    ['two.npz', 'save it alone, found first float64 [4, 3]; second float16 [4, 3]'],
  ])('refuses %s and says what to do', async (name, message) => { expect(await refusalOf(join(FIXTURES, name))).toContain(message); });

  const tensor = (entry: object): Buffer => {
    const json = Buffer.from(JSON.stringify({ emb: entry }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, Buffer.alloc(16)]);
  };
  const deflated = npy(head('262144, 3'), new Uint8Array(3 * 2 ** 20));
  it.each<[string, string, Uint8Array, string]>([
    ['a head of 2^60 numbers', 'x.npy', npy(head('1152921504606846976, 1'), new Uint8Array(8)), 'found 8 (cut off)'],
    ['sizes whose product is no number', 'x.npy', npy(head('9999999999, '.repeat(40)), new Uint8Array(8)), 'found 8 (cut off)'],
    ['a head longer than the file', 'x.npy', npy(head('1, 1'), new Uint8Array(4)).subarray(0, 60), 'a file of 60 bytes (cut off)'],
    ['numbers that are cut off', 'x.npy', npy(head('4, 3'), new Uint8Array(47)), 'expected 48 bytes of float32 [4, 3] behind its head'],
    ['numbers beyond the end', 'x.npy', npy(head('4, 3'), new Uint8Array(49)), 'found 49 (trailing bytes)'],
    ['no examples', 'x.npy', npy(head('0, 3'), new Uint8Array(0)), 'expected at least one number, found float32 [0, 3]'],
    ['a head without sizes', 'x.npy', npy("{'descr': '<f4'}", new Uint8Array(4)), 'expected the sizes of an array in the head'],
    ['a web page', 'x.npy', Buffer.from('<!DOCTYPE html><html></html>'), 'found a web page'],
    ['a pickle', 'x.npy', Buffer.from('\x80\x04\x95...', 'latin1'), 'found a file of Python objects (pickle)'],
    ['an HDF5 file', 'x.npy', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), 'found an HDF5 file'],
    ['an empty file', 'x.npy', new Uint8Array(0), 'found 0 bytes'],
    ['a tensor of 2^60 numbers', 'x.safetensors', tensor({ dtype: 'F32', shape: [2 ** 50, 2 ** 10], data_offsets: [0, 16] }), 'cut off'],
    ['a tensor beyond the end', 'x.safetensors', tensor({ dtype: 'F32', shape: [4, 2], data_offsets: [0, 32] }), '(cut off)'],
    ['a tensor without sizes', 'x.safetensors', tensor({ dtype: 'F32' }), 'expected type, sizes and place'],
    ['a head of 2^60 bytes', 'x.safetensors', Buffer.from([0, 0, 0, 0, 0, 0, 0, 16, 123]), 'found 1152921504606846976'],
    ['a head that is no JSON', 'x.safetensors', Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 123, 123]), 'found a head that is not JSON'],
    ['a zip archive that is cut off', 'x.npz', zip('a.npy', deflated).subarray(0, 300), 'expected an intact zip archive'],
    ['a zip archive of 2^32 bytes in a few', 'x.npz', zip('a.npy', deflated, { size: 2 ** 32 - 2 }), 'found 3'],
    ['a damaged checksum', 'x.npz', zip('a.npy', deflated, { sum: 1 }), 'found another checksum'],
    ['a member that is shorter than its head says', 'x.npz', zip('a.npy', deflated, { size: deflated.length + 8 }), 'trailing bytes'],
    ['an array of PyTorch', 'x.npz', zip('archive/data.pkl', deflated), 'found a file of PyTorch'],
    ['a member that points outside', 'x.npz', zip('../a.npy', deflated), 'expected an intact zip archive'],
  ])('refuses %s', async (_what, name, bytes, message) => { expect(await refusalOf(await fileOf(name, bytes))).toContain(message); });

  it('unpacks within the bound for all data', async () => {
    const file = await fileOf('x.npz', zip('a.npy', deflated));
    const message = await refusalOf(file, new Unpacking(1 / 1024));
    expect(message).toMatch(/^, array a: expected at most 0.0009765625 GiB to be unpacked .*, found 0.00293 GiB$/);
  });
});

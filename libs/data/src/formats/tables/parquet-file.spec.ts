import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { READING } from '@lethe/config';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { cellOf, type Column } from '../../model/column.js';
import type { CellReading } from './column-builder.js';
import { readTable, type ReadTable } from './table-files.js';
import { Unpacking } from '../archives/unpacking.js';

afterAll(removeFolders);

const suite = fileURLToPath(new URL('../../../../testing/fixtures/parquet', import.meta.url));
const ROWS = 40;

function read(file: string, mostGiB = 1, reading: CellReading = READING): Promise<ReadTable> {
  return readTable([file], { reading, unpacking: new Unpacking(mostGiB) });
}

async function changed(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  const file = join(await makeFolder(), name);
  await writeFile(file, change(await readFile(join(suite, name))));
  return file;
}

/** Every seventh cell is missing. */
function some(cellAt: (index: number) => string): string[] {
  return Array.from({ length: ROWS }, (_, index) => index % 7 === 3 ? '' : cellAt(index));
}

function all(cellAt: (index: number) => string): string[] {
  return Array.from({ length: ROWS }, (_, index) => cellAt(index));
}

const EXPECTED: Readonly<Record<string, string[]>> = {
  text: some((index) => `caf\u00e9 ${index % 3}`),
  int64: all((index) => index === 0 ? '9007199254740993' : String(index)),
  int32: some(String),
  uint8: all(String),
  double: some((index) => String(index / 8)),
  float: all((index) => String(index / 2)),
  boolean: some((index) => String(index % 2 === 0)),
  date: all(() => '2024-01-31'),
  time: all(() => '2024-01-31T12:30:00.123456Z'),
  decimal: all(() => '1.25'),
  category: all((index) => `site${index % 5}`),
};

describe('a Parquet file', async () => {
  const names = (await readdir(suite)).filter((name) => name.endsWith('.parquet'));

  it.each(names)('is read: %s', async (name) => {
    const file = join(suite, name);
    const table = await read(file);
    const found = table.columns.map((column) => [column.name, all((row) => cellOf(column, row))]);
    expect(Object.fromEntries(found)).toEqual(EXPECTED);
    expect(table.count).toBe(ROWS);
    expect(table.whereOf(17)).toBe(`${file}, row 18`);
    expect(table.notes).toEqual([
      { kind: 'warning', text: `${file}: columns of lists, records or bytes are left out: "list", "record", "bytes"` },
    ]);
  });

  it('has the decimal mark that cells are read with', async () => {
    const table = await read(join(suite, 'none.parquet'), 1, { ...READING, decimal: ',', thousands: '.' });
    expect(table.columns.find(({ name }) => name === 'double')?.words.slice(0, 3)).toEqual(['0', '0,125', '0,25']);
    expect(table.columns.find(({ name }) => name === 'decimal')?.words).toEqual(['1,25']);
  });

  it('is refused when it is cut off', async () => {
    const file = await changed('none.parquet', (bytes) => bytes.subarray(0, -1));
    await expect(read(file)).rejects.toThrow(`${file}: expected a Parquet file that ends in PAR1, found one that is cut off`);
  });

  it.each(['bomb', 'common-text'])('is unpacked up to the bound: %s', async (name) => {
    const bomb = join(suite, 'bomb', `${name}.parquet`);
    expect(cellOf((await read(bomb)).columns[0] as Column, 0)).toMatch(/^x+$/);
    expect((await readFile(bomb)).length).toBeLessThan(4096);
    await expect(read(bomb, 2 ** -9)).rejects.toMatchObject({
      code: 'DATA_TOO_LARGE', message: expect.stringContaining('column "text": expected at most 0.001953125 GiB') as string,
    });
  });

  it.each([
    ['rows', (bytes: Buffer) => rowsClaimed(bytes)],
    ['a column of 2^60 bytes', (bytes: Buffer) => sizesClaimed(bytes)],
  ])('is refused before memory is taken for %s that its description claims', async (_, change) => {
    const before = process.memoryUsage().rss;
    await expect(read(await changed('none.parquet', change))).rejects.toMatchObject({ code: expect.stringMatching(/^DATA_/) as string });
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  });

  it('is refused, or read to its end, wherever its bytes are damaged', async () => {
    const damages = names.filter((name) => !name.startsWith('brotli'))
      .flatMap((name) => Array.from({ length: 30 }, (_, index) => ({ name, at: index })));
    const outcomes = new Set<unknown>();
    for (const { name, at } of damages) {
      const file = await changed(name, (bytes) => {
        // From the end, where the description of the file lies, and all over it.
        const place = at % 2 === 0 ? Math.floor((bytes.length * at) / 31) : bytes.length - 20 - 37 * at;
        return bytes.fill(0xff, place, place + 4);
      });
      outcomes.add(await read(file).then(() => 'read', (error: unknown) => (error as { code?: string }).code));
    }
    expect([...outcomes].sort()).toEqual(['DATA_INVALID', 'read']);
  });
});

/** Whole numbers of a description are written seven bits a byte, twice the number if it is not negative. */
function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = 2n * value; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** Replaces a number in the description of a file wherever it stands behind `mark`, and gives the description its new length. */
function claimed(bytes: Buffer, mark: number, from: bigint, to: bigint): Buffer {
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  const found = Buffer.concat([Buffer.of(mark), varint(from)]).toString('latin1');
  const replaced = Buffer.concat([Buffer.of(mark), varint(to)]).toString('latin1');
  const before = bytes.toString('latin1', start, bytes.length - 8);
  expect(before).toContain(found);
  const description = Buffer.from(before.replaceAll(found, replaced), 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(description.length);
  return Buffer.concat([bytes.subarray(0, start), description, length, Buffer.from('PAR1')]);
}

/** The mark of a 64-bit number in the field after the last one. */
const NEXT_LONG = 0x16;

function rowsClaimed(bytes: Buffer): Buffer {
  const groups = claimed(claimed(bytes, NEXT_LONG, 16n, 2n ** 59n), NEXT_LONG, 8n, 0n);
  return claimed(groups, NEXT_LONG, BigInt(ROWS), 2n ** 60n);
}

/** The column of int64 takes 223 bytes in a group of rows. */
function sizesClaimed(bytes: Buffer): Buffer {
  return claimed(bytes, NEXT_LONG, 223n, 2n ** 60n);
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { READING } from '@lethe/config';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { cellOf, type RawTable } from '../../model/column.js';
import { readTable, type ReadTable, type TableOptions } from './table-files.js';
import { Unpacking } from '../archives/unpacking.js';

afterAll(removeFolders);

const MIB = 2 ** 20;
const BY_BYTES = { reading: { ...READING, rules: 1 } } as const;

function options(others: Partial<TableOptions> = {}): TableOptions {
  return { reading: READING, unpacking: new Unpacking(1), ...others };
}

async function fileOf(content: string | Uint8Array, name = 'table.csv'): Promise<string> {
  const file = join(await makeFolder(), name);
  await writeFile(file, content);
  return file;
}

/** Cells by rows, below the names. */
function cells(table: RawTable): string[][] {
  const rows = Array.from({ length: table.count }, (_, row) => table.columns.map((column) => cellOf(column, row)));
  return [table.columns.map(({ name }) => name), ...rows];
}

async function read(content: string | Uint8Array, others: Partial<TableOptions> = {}): Promise<{ file: string; table: ReadTable }> {
  const file = await fileOf(content);
  return { file, table: await readTable([file], options(others)) };
}

async function refusal(content: string | Uint8Array, others: Partial<TableOptions> = {}): Promise<string> {
  const file = await fileOf(content);
  const error: unknown = await readTable([file], options(others)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: expect.stringMatching(/^DATA_(INVALID|TOO_LARGE)$/) as string });
  return (error as Error).message.replace(file, 'FILE');
}

describe('csv-spectrum', async () => {
  const suite = fileURLToPath(new URL('../../../../testing/fixtures/csv-spectrum', import.meta.url));
  const names = (await readdir(join(suite, 'csvs'))).map((name) => name.replace('.csv', ''));

  it.each(names)('%s reads as its JSON', async (name) => {
    const json: unknown = JSON.parse(await readFile(join(suite, 'json', `${name}.json`), 'utf8'));
    const [header = [], ...rows] = cells(await readTable([join(suite, 'csvs', `${name}.csv`)], options()));
    const expected = [json].flat() as Record<string, string>[];
    expect(rows).toHaveLength(expected.length);
    expect(header).toEqual(Object.keys(expected[0] ?? {}));
    // The suite's authors took a telephone number out of the JSON, and not out of the CSV.
    const compared = header.filter((column) => column !== 'Contact Phone Number');
    const records = rows.map((row) => Object.fromEntries(compared.map((column) => [column, row[header.indexOf(column)]])));
    expect(records).toEqual(expected.map((record) => Object.fromEntries(compared.map((column) => [column, record[column]?.trim()]))));
  });
});

const TABLE = [['name', 'x'], ['Zo\u00eb', '1'], ['b', '2,5']];
const LINES = ['name;x', 'Zo\u00eb;1', 'b;2,5', ''];

describe('text of one table', () => {
  const text = LINES.join('\n');
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  it.each<[string, string | Uint8Array, string[]]>([
    ['UTF-8', text, []],
    ['UTF-8 with a mark', `\ufeff${text}`, []],
    ['CRLF', `\ufeff${LINES.join('\r\n')}`, []],
    ['CR', LINES.join('\r'), []],
    ['mixed ends of lines', `${LINES[0]}\r\n${LINES[1]}\r${LINES[2]}\n`, []],
    ['blank lines, and no end of the last', `\n${LINES[0]}\n\n${LINES[1]}\n  \n${LINES[2]}`, []],
    ['decomposed letters and blanks', 'name ; x\n Zoe\u0308 ;1 \nb;2,5', []],
    ['gzip', gzipSync(text), []],
    ['UTF-16, little end first', utf16, ['UTF-16LE']],
    ['UTF-16, big end first', Buffer.from(utf16).swap16(), ['UTF-16BE']],
    ['UTF-16 without a mark', utf16.subarray(2), ['UTF-16LE']],
    ['Latin-1', Buffer.from(text, 'latin1'), ['Latin-1 (windows-1252), as it is no UTF-8']],
  ])('is read from %s', async (_, bytes, encodings) => {
    const { file, table } = await read(bytes);
    expect(cells(table)).toEqual(TABLE);
    expect(table.notes.map(({ text: note }) => note)).toEqual([
      ...encodings.map((encoding) => `${file}: read as ${encoding}`), `${file}: cells are separated by semicolons`,
    ]);
  });

  it.each([['tabs', '\t'], ['bars', '|'], ['commas', ',']])('is read with %s, whatever is in quotes', async (what, mark) => {
    const { file, table } = await read(`a${mark}b\n"1;1;1"${mark}"x,|\t;\ny"\n${mark}\n`);
    expect(cells(table)).toEqual([['a', 'b'], ['1;1;1', 'x,|\t;\ny'], ['', '']]);
    expect(table.notes.map(({ text: note }) => note)).toEqual(what === 'commas' ? [] : [`${file}: cells are separated by ${what}`]);
    expect([0, 1].map((row) => table.whereOf(row))).toEqual([`${file}, line 2`, `${file}, line 4`]);
  });

  it('keeps true lines behind ends of lines in quotes and empty lines', async () => {
    const { file, table } = await read('a,b\r\n\r\n"x\r\n\r\ny",1\r\n\r\n"p\nq\rr",2\r\nz,3');
    expect([0, 1, 2].map((row) => table.whereOf(row))).toEqual([3, 7, 10].map((line) => `${file}, line ${line}`));
  });

  it('keeps doubled and empty names as they are', async () => {
    expect(cells((await read(',a,a\n1,2,3')).table)).toEqual([['', 'a', 'a'], ['1', '2', '3']]);
  });

  it('may be a list of files and labels without a header', async () => {
    const { file, table } = await read('a.png 3\n"b c.png" \t  4\n', { header: false, delimiter: ' ' });
    expect(cells(table)).toEqual([['', ''], ['a.png', '3'], ['b c.png', '4']]);
    expect(table.whereOf(0)).toBe(`${file}, line 1`);
  });

  it('is read byte by byte by earlier rules', async () => {
    expect(cells((await read(Buffer.from('a;b\nZo\u00eb', 'latin1'), BY_BYTES)).table)).toEqual([['a;b'], ['Zo\ufffd']]);
    expect(cells((await read('a\n" Zoe\u0308"\nZo\u00eb', BY_BYTES)).table)).toEqual([['a'], [' Zoe\u0308'], ['Zo\u00eb']]);
  });

  it('reads Latin-1 whose first other letter is the last byte of a piece', async () => {
    const start = `a\n${'x'.repeat(2 ** 18 - 3)}`;
    const { table } = await read(Buffer.from(`${start}\u00e9\nb\u00e9\n`, 'latin1'));
    expect(cells(table).slice(2)).toEqual([['b\u00e9']]);
    expect(cells(table)[1]?.[0]).toMatch(/x\u00e9$/);
  });
});

describe('files of one table', () => {
  async function filesOf(...texts: string[]): Promise<{ folder: string; files: string[] }> {
    const folder = await makeFolder();
    const files = texts.map((_, index) => join(folder, `part${index}.csv`));
    for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? '');
    return { folder, files };
  }

  it('are joined, their columns in any order', async () => {
    const { folder, files } = await filesOf('a,b,a\n1,2,3\n4,5,6', 'b;a;a\n8;7;9');
    const table = await readTable(files, options());
    expect(cells(table)).toEqual([['a', 'b', 'a'], ['1', '2', '3'], ['4', '5', '6'], ['7', '8', '9']]);
    expect(table.where).toBe(folder);
    expect([1, 2].map((row) => table.whereOf(row))).toEqual([`${files[0] ?? ''}, line 3`, `${files[1] ?? ''}, line 2`]);
  });

  it('are refused with both names if their columns differ', async () => {
    const { files } = await filesOf('a,b,c\n1,2,3', 'a,d,b\n1,2,3');
    const [first = '', second = ''] = files;
    await expect(readTable(files, options())).rejects.toThrow(
      `${second}: expected the columns of ${first}, in any order, found "d", which ${first} lacks, and no "c"`,
    );
  });
});

describe('what is no table', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'FILE: expected a table, found an empty file'],
    ['blank lines', '\n\n \n', 'FILE: expected a table, found an empty file'],
    ['a header alone', 'a,b\n', 'FILE: expected a row below the header, found none'],
    ['a web page', '\n<!DOCTYPE html><html>', 'FILE: expected a table as text, found a web page (perhaps of an error or a login) saved'],
    ['a packed web page', gzipSync('<html>'), 'FILE: expected a table as text, found a web page'],
    ['a workbook', 'PK\u0003\u0004', 'FILE: expected a table as text, found a zip archive (of an Excel workbook, save the sheet as CSV)'],
    ['binary data', Uint8Array.of(1, 2, 0, 4, 5, 10), 'FILE: expected a table as text, found a NUL byte: binary data'],
    ['NUL bytes far behind', `a\n${'1\n'.repeat(MIB)}\0`, 'FILE: expected a table as text, found a NUL byte: binary data'],
    ['two encodings', Buffer.concat([Buffer.from(`Zo\u00eb\n${'1\n'.repeat(MIB)}`), Buffer.of(0xff)]), 'expected text in one encoding'],
    ['an open quote', 'a,b\n1,2\n"3,4\n', 'FILE, below line 2: expected a quote that is closed, found the end of the file'],
    ['text behind a quote', 'a,b\n"1" x,2\n', 'FILE, below line 1: expected cells with quotes around all of their text, or none'],
    ['damaged gzip', gzipSync('a,b\n1,2\n').subarray(0, 20), 'FILE: expected intact gzip data, found it corrupted or cut off'],
  ])('is named: %s', async (_, content, message) => { expect(await refusal(content)).toContain(message); });

  it('is named by the first lines of another length, and by how many there are', async () => {
    expect(await refusal('a,b\n1,2\n3\n')).toBe('FILE, line 3: expected 2 cells like the first line, found 1');
    expect(await refusal('a,b\n"1\n",2\n3\n4,5\n6,7,8\n')).toBe(
      'FILE, line 4: expected 2 cells like the first line, found 1 (2 lines are of another length, also line 6 with 3)',
    );
    expect(await refusal(`a,b\n${'1\n'.repeat(MIB)}`)).toContain('more than 1000 lines');
  });
});

describe('hostile text', () => {
  it('is refused when a line is not to end', async () => {
    expect(await refusal('x'.repeat(10 * MIB))).toMatch(/^FILE, below line 0: expected rows of at most 8388608 characters/);
    expect(await refusal(`${','.repeat(4 * MIB)}\n`)).toBe('FILE: expected at most 131072 columns, found 4194305');
  });

  it.each([',', '\n'])('is refused when no row comes to an end: %j', async (text) => {
    expect(await refusal(gzipSync(`a,b\n${text.repeat(9 * MIB)}`))).toMatch(/^FILE, below line 1: expected rows of at most 8388608/);
  });

  it('is unpacked up to the bound', async () => {
    const bomb = gzipSync(`a\n${'1\n'.repeat(2 * MIB)}`);
    expect(bomb.length).toBeLessThan(16_384);
    expect(await refusal(bomb, { unpacking: new Unpacking(2 ** -10) })).toContain('expected at most 0.0009765625 GiB');
  });

  it('leaves its turn to others while it is read', async () => {
    let turns = 0;
    const timer = setInterval(() => { turns += 1; }, 0);
    await read(`a,b\n${'1,2\n'.repeat(MIB)}`);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(4);
  });
});

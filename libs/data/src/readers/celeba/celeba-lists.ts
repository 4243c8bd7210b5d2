import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import type { DataFiles } from '../../formats/data-files.js';
import { gzipError, isGzip, type Unpacking } from '../../formats/archives/unpacking.js';
import { invalidData } from '../../invalid-data.js';
import type { Split } from '../../model/examples.js';
import { contentOf } from '../find-lists.js';

export const ATTRIBUTE_FILE = /^list_attr_celeba\.(txt|csv)(\.gz)?$/i;
export const PARTITION_FILE = /^list_eval_partition\.(txt|csv)(\.gz)?$/i;

/** How CelebA writes what an image has not and has; some copies write 0 for -1. */
const VALUES: Readonly<Record<string, 0 | 1>> = { '-1': 0, 0: 0, 1: 1 };
/** In the order of CelebA's numbers. */
const PARTS: readonly Split[] = ['train', 'held-out', 'test'];
/** A first cell of a header that is no attribute: what copies with commas call the names of the files. */
const FILE_COLUMN = /^(image_id|image|file|filename)$/i;
const SHOWN_LETTERS = 60;

/** A line of the list of attributes. */
export interface AttributeLine {
  readonly file: string;
  /** For messages: "list_attr_celeba.txt, line 7". */
  readonly where: string;
  /** Of each attribute 1 if the image has it, else 0; null: the line is not as it should be. */
  readonly values: Uint8Array | null;
  /** What is wrong with it, in words that follow "found"; null: nothing. */
  readonly fault: string | null;
}

export interface AttributeList {
  readonly where: string;
  readonly names: readonly string[];
  readonly lines: readonly AttributeLine[];
}

interface Line { readonly cells: readonly string[]; readonly number: number }

/**
 * Reads CelebA's list of attributes: a line with the number of images, which may be missing, a line with the names, and for each image a
 * line with its file and -1 or 1 for each name. Spaces or commas part them; it may be gzipped. A line of another kind has a fault.
 * @throws LetheError DATA_INVALID for a header of another kind, and another number of lines than the first one says
 */
export async function readAttributeList(path: string, files: DataFiles, unpacking: Unpacking): Promise<AttributeList> {
  const where = join(files.folder, path);
  const all = await linesOf(path, files, unpacking);
  const said = all[0]?.cells.length === 1 && /^\d+$/.test(all[0].cells[0] ?? '') ? Number(all[0].cells[0]) : null;
  const [header, ...lines] = said === null ? all : all.slice(1);
  const names = header === undefined ? [] : header.cells.slice(FILE_COLUMN.test(header.cells[0] ?? '') ? 1 : 0);
  expectNames(`${where}, line ${header?.number ?? 1}`, names);
  if (said !== null && said !== lines.length) throw invalidData(where, `${said} images, as its first line says`, `${lines.length} lines`);
  return { where, names, lines: lines.map((line) => attributeLine(line, where, names.length)) };
}

function expectNames(where: string, names: readonly string[]): void {
  const isHeader = names.length > 0 && names.every((name) => !(name in VALUES) && !/\.\w+$/.test(name));
  if (!isHeader) throw invalidData(where, 'the names of attributes, as in list_attr_celeba.txt', shown(names));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw invalidData(where, 'every attribute once', `${twice} twice`);
}

function attributeLine({ cells: [file = '', ...cells], number }: Line, list: string, names: number): AttributeLine {
  const where = `${list}, line ${number}`;
  if (cells.length !== names) return { file, where, values: null, fault: `a line of ${cells.length} values instead of ${names}` };
  const bad = cells.find((cell) => !Object.hasOwn(VALUES, cell));
  if (bad !== undefined) return { file, where, values: null, fault: `a line with the value ${JSON.stringify(bad)} instead of -1 or 1` };
  return { file, where, values: Uint8Array.from(cells, (cell) => VALUES[cell] as number), fault: null };
}

/** Which part an image is in, or what is wrong with its line, in words that follow "found". */
export type PartOfImage = Split | { readonly fault: string };

/** Reads lines "file 0", of which 0 is to train, 1 held out and 2 to test, by the names of their files. */
export async function readPartition(path: string, files: DataFiles, unpacking: Unpacking): Promise<ReadonlyMap<string, PartOfImage>> {
  const lines = await linesOf(path, files, unpacking);
  const rows = FILE_COLUMN.test(lines[0]?.cells[0] ?? '') ? lines.slice(1) : lines;
  return new Map(rows.map(({ cells, number }): [string, PartOfImage] => {
    const [file = '', part = '', ...rest] = cells;
    const split = rest.length === 0 && /^\d$/.test(part) ? PARTS[Number(part)] : undefined;
    return [file, split ?? { fault: `"${shown(cells)}" in ${path}, line ${number} instead of a file and 0, 1 or 2` }];
  }));
}

/** Without empty ones. */
async function linesOf(path: string, files: DataFiles, unpacking: Unpacking): Promise<Line[]> {
  const where = join(files.folder, path);
  const bytes = await contentOf(files, path) ?? await readFile(where);
  const text = (isGzip(bytes) ? await unpacked(where, bytes, unpacking) : bytes).toString('utf8').replace(/^\uFEFF/, '');
  return text.split(/\r\n|\r|\n/)
    .map((line, index): Line => ({ cells: line.trim().split(/\s*,\s*|\s+/), number: index + 1 }))
    .filter(({ cells: [first, second] }) => first !== '' || second !== undefined);
}

async function unpacked(where: string, bytes: Buffer, unpacking: Unpacking): Promise<Buffer> {
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of unpacking.gunzip(where, Readable.from([bytes])).pieces) pieces.push(piece);
    return Buffer.concat(pieces);
  } catch (error) {
    throw gzipError(where, error);
  }
}

function shown(cells: readonly string[]): string {
  const text = cells.join(' ');
  if (text === '') return 'nothing';
  return text.length > SHOWN_LETTERS ? `${text.slice(0, SHOWN_LETTERS)}…` : text;
}

/** The only file of such a name; null: there is none. @throws LetheError DATA_INVALID if there are several */
export function findList({ folder, paths }: DataFiles, name: RegExp): string | null {
  const [found, second] = paths.filter((path) => name.test(posix.basename(path)));
  if (second === undefined) return found ?? null;
  throw invalidData(folder, `one file like ${posix.basename(found ?? '')}`, `${found ?? ''} and ${second}`);
}

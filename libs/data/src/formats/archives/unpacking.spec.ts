import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PLAIN_DATA } from '@lethe/config';
import { idxBytes, makeFolder, makeIdxFolder, matlabBytes, removeFolders, tarBytes } from '@lethe/testing';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { openData } from '../../open-data.js';
import { decodeInOwnSize } from '../images/decode-images.js';
import { readIdx } from '../arrays/idx-file.js';
import { findPackedFiles } from './packed-files.js';
import { readSvhnFile } from '../arrays/svhn-file.js';
import { Unpacking } from './unpacking.js';
import { readUspsFile } from '../arrays/usps-file.js';

afterAll(removeFolders);

const MIB = 2 ** 20;
const zeros = Buffer.alloc(4 * MIB);

async function fileOf(name: string, bytes: Uint8Array): Promise<{ folder: string; file: string }> {
  const folder = await makeFolder();
  await writeFile(join(folder, name), bytes);
  return { folder, file: join(folder, name) };
}

const manyEntries = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`${index}.png`, zeros.subarray(0, MIB / 4)]));

async function tarGz(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  return gzipSync(await tarBytes(files));
}

/** A tar archive of one small entry whose header names another size. */
async function tarThatPromises(bytes: number): Promise<Buffer> {
  const archive = await tarBytes({ 'a.png': 'x' });
  archive.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  archive.fill(' ', 148, 156);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

/** 45,000,000 zeros, which bzip2 packs into one block of 50 bytes. */
const bzip2Bomb = Buffer.from('QlpoOTFBWSZTWckBtsgBWKtAIMAAEAAACCAAMMwFKaZSSFJsVJIUni7kinChIZIDbZA=', 'base64');
/** Text that is unpacked to 4 MiB: a line with spaces. */
const longLine = `1 1:0${' '.repeat(4 * MIB)}\n`;
const bzip2Line = Buffer.from('QlpoOTFBWSZTWeEZXdgAgIPYAIAQQABgFAAIIABQhgAqSMM0CALtAQBlQEAbvv1AQBwu5IpwoSHCMruw', 'base64');

interface Case {
  readonly name: string;
  readonly bytes: () => Promise<Uint8Array> | Uint8Array;
  readonly read: (place: { folder: string; file: string }, unpacking: Unpacking) => Promise<unknown>;
  /** Behind the file's path. */
  readonly named?: string;
}

const packed = ({ folder }: { folder: string }, unpacking: Unpacking): Promise<unknown> => findPackedFiles(folder, unpacking);
const CASES: [string, Case][] = [
  ['an archive with a large entry', { name: 'x.tar.gz', bytes: () => tarGz({ 'deep/a.png': zeros }), read: packed, named: '/deep/a.png' }],
  ['an archive with many entries', { name: 'x.tgz', bytes: () => tarGz(manyEntries), read: packed }],
  ['an archive with other files', { name: 'x.tar.gz', bytes: () => tarGz({ 'a.txt': zeros }), read: packed, named: '/a.txt' }],
  ['gzipped IDX images', {
    name: 'x.gz', bytes: () => gzipSync(idxBytes([16, 512, 512], zeros)), read: ({ file }, unpacking) => readIdx(file, 3, unpacking),
    named: ', 16 x 512 x 512 bytes',
  }],
  ['gzipped USPS text', { name: 'usps.gz', bytes: () => gzipSync(longLine), read: ({ file }, unpacking) => readUspsFile(file, unpacking) }],
  ['USPS text packed by bzip2', { name: 'usps.bz2', bytes: () => bzip2Line, read: ({ file }, unpacking) => readUspsFile(file, unpacking) }],
  ['a compressed MATLAB array', {
    name: 'x.mat', bytes: () => matlabBytes([
      { name: 'X', dimensions: [1024, 1024, 1, 4], values: zeros, compressed: true },
      { name: 'y', dimensions: [4, 1], values: Uint8Array.of(1, 2, 3, 4) },
    ]),
    read: ({ file }, unpacking) => readSvhnFile(file, { unpacking }), named: ', array X',
  }],
  ['an image', {
    name: 'a.png', bytes: () => sharp({ create: { width: 1024, height: 1024, channels: 3, background: 'black' } }).png().toBuffer(),
    read: async ({ folder }, unpacking) => { await decodeInOwnSize(await findPackedFiles(folder, unpacking), unpacking); },
  }],
];

describe('what is unpacked', () => {
  it.each(CASES)('is bounded: %s', async (_what, { name, bytes, read, named = '' }) => {
    const place = await fileOf(name, await bytes());
    const bound = 'at most 0.0009765625 GiB to be unpacked for all data together \\(data.unpackedGiB or --unpacked-gib allows more\\)';
    const message = expect.stringMatching(`^${place.file}${named}.*: expected ${bound}, found `) as string;
    await expect(read(place, new Unpacking(1 / 1024))).rejects.toMatchObject({ code: 'DATA_TOO_LARGE', message });
    await expect(read(place, new Unpacking(8 / 1024))).resolves.not.toThrow();
  });

  it('is bounded within a block of bzip2', async () => {
    const { file } = await fileOf('usps.bz2', bzip2Bomb);
    await expect(readUspsFile(file, new Unpacking(1 / 1024))).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
  });

  it('counts what earlier files were unpacked to', async () => {
    const { folder } = await fileOf('a.tar.gz', gzipSync(await tarBytes({ 'a.png': zeros })));
    await writeFile(join(folder, 'b.tar.gz'), gzipSync(await tarBytes({ 'b.png': zeros })));
    await expect(findPackedFiles(folder, new Unpacking(6 / 1024))).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
    await writeFile(join(folder, 'b.tar'), await tarThatPromises(4 * MIB));
    const both = expect.stringMatching('found 0.00[0-9]+ GiB with it$') as string;
    await expect(findPackedFiles(folder, new Unpacking(6 / 1024))).rejects.toMatchObject({ message: both });
  });

  it('takes no memory for what a header promises', async () => {
    const { folder, file } = await fileOf('x.tar', await tarThatPromises(7 * 2 ** 30));
    const message = expect.stringMatching(`^${file}/a.png: .*found 7.00 GiB$`) as string;
    await expect(findPackedFiles(folder, new Unpacking(2))).rejects.toMatchObject({ code: 'DATA_TOO_LARGE', message });
  });

  it('ends at the bound where data go on behind what the header says', async () => {
    const { file } = await fileOf('x.gz', gzipSync(Buffer.concat([idxBytes([1, 4, 4], zeros.subarray(0, 16)), zeros])));
    await expect(readIdx(file, 3, new Unpacking(1 / 1024))).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
    await expect(readIdx(file, 3, new Unpacking(8 / 1024))).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('is bounded by the setting', async () => {
    const folder = await makeIdxFolder({ zip: true });
    const config = { ...PLAIN_DATA, kind: 'idx', folder } as const;
    await expect(openData({ ...config, unpackedGiB: 1e-7 }, 1)).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
    await expect(openData({ ...config, unpackedGiB: 1e-5 }, 1)).resolves.toBeDefined();
  });
});

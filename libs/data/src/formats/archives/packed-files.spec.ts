import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { makeFolder, removeFolders, tarBytes } from '@lethe/testing';
import sharp from 'sharp';
import { pack, type Header } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { findPackedFiles, type PackedFile } from './packed-files.js';
import { packedImageReader } from '../images/packed-images.js';
import { Unpacking } from './unpacking.js';

afterAll(removeFolders);

const MIB = 2 ** 20;

interface ZipMember {
  readonly name: string;
  readonly content: Buffer;
  readonly size?: number;
  readonly mode?: number;
  readonly isStored?: boolean;
}

/** A zip archive, with any sizes and kinds in its directory. */
function zipBytes(members: readonly ZipMember[]): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  for (const { name, content, size = content.length, mode = 0o100644, isStored = false } of members) {
    const packed = isStored ? content : deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(isStored ? 0 : 8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(Buffer.concat(locals).length, 10);
    locals.push(Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]));
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, rest, Buffer.from(name)]));
  }
  const [local, central, end] = [Buffer.concat(locals), Buffer.concat(centrals), Buffer.alloc(22)];
  end.write('PK\x05\x06', 'latin1');
  for (const at of [8, 10]) end.writeUInt16LE(members.length, at);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

function zipOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  return zipBytes(Object.entries(files).map(([name, content]) => ({ name, content: Buffer.from(content) })));
}

async function tarOf(entries: readonly (Partial<Header> & { name: string })[]): Promise<Buffer> {
  const packed = pack();
  for (const entry of entries) packed.entry(entry, entry.type === undefined ? 'content' : '');
  packed.finalize();
  return buffer(packed);
}

async function folderOf(files: Readonly<Record<string, Buffer>>): Promise<string> {
  const folder = await makeFolder();
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
}

async function found(files: Readonly<Record<string, Buffer>>, unpackedGiB = 2): Promise<PackedFile[]> {
  return findPackedFiles(await folderOf(files), new Unpacking(unpackedGiB));
}

async function contentsOf(files: readonly PackedFile[]): Promise<[string, string][]> {
  return Promise.all(files.map(async ({ path, read }) => [path, (await read()).toString()]));
}

describe('findPackedFiles', () => {
  it('finds files beside and inside archives, by name, and reads them in any order', async () => {
    const long = `${'x'.repeat(120)}/${'y'.repeat(150)}.txt`;
    const files = await found({
      'b.txt': Buffer.from('beside'),
      'one.tar': await tarBytes({ 'deep/c.txt': 'plain', 'deep/d.png': 'd'.repeat(1000), [long]: 'far', './e.txt': '' }),
      'two.tar.gz': gzipSync(await tarBytes({ 'a.txt': 'zipped', 'deep/c.txt': 'also' })),
      'three.zip': zipOf({ 'deep/f.txt': 'deflated', 'deep/': '' }),
      'four.ZIP': zipBytes([{ name: 'g.txt', content: Buffer.from('stored'), isStored: true }]),
    });
    const contents = [
      ['two.tar.gz/a.txt', 'zipped'], ['b.txt', 'beside'], ['one.tar/deep/c.txt', 'plain'], ['two.tar.gz/deep/c.txt', 'also'],
      ['one.tar/deep/d.png', 'd'.repeat(1000)], ['one.tar/e.txt', ''], ['three.zip/deep/f.txt', 'deflated'], ['four.ZIP/g.txt', 'stored'],
      [`one.tar/${long}`, 'far'],
    ];
    expect(await contentsOf(files)).toEqual(contents);
    expect(await contentsOf(files.toReversed().filter(({ path }) => path.endsWith('c.txt')))).toEqual([contents[3], contents[2]]);
  });

  it('passes over links, folders and hidden files', async () => {
    const link = { type: 'symlink', linkname: '/etc/passwd' } as const;
    const tar = await tarOf([
      { name: 'a.txt' }, { name: 'l.txt', ...link }, { name: 'h.txt', ...link, type: 'link' }, { name: 'd', type: 'directory' },
      { name: '._a.txt' }, { name: '__MACOSX/a.txt' },
    ]);
    const zip = zipBytes([
      { name: 'b.txt', content: Buffer.from('x') }, { name: 'l.txt', content: Buffer.from('/etc/passwd'), mode: 0o120777 },
      { name: '__MACOSX/._b.txt', content: Buffer.from('x') },
    ]);
    expect((await found({ 'x.tar': tar, 'x.zip': zip })).map(({ path }) => path)).toEqual(['x.tar/a.txt', 'x.zip/b.txt']);
  });

  const cutOff = (bytes: Buffer, end: number): Buffer => bytes.subarray(0, end);
  const large = { 'a.txt': 'x'.repeat(5000) };
  const OUTSIDE = 'files that lie in the archive\'s own folder';
  it.each<[string, string, () => Promise<Buffer> | Buffer, string]>([
    ['a cut-off gzip', 'x.tar.gz', async () => cutOff(gzipSync(await tarBytes(large)), 60), 'an intact tar archive'],
    ['a cut-off tar', 'x.tar', async () => cutOff(await tarBytes(large), 3000), 'an intact tar archive'],
    ['something else', 'x.tar', () => Buffer.alloc(2000, 'x'), 'an intact tar archive'],
    ['a cut-off zip', 'x.zip', () => cutOff(zipOf(large), 60), 'an intact zip archive'],
    ['a tar that points outside', 'x.tar', () => tarOf([{ name: 'a/../../b.txt' }]), `${OUTSIDE}, found a/../../b.txt`],
    ['a tar with an absolute path', 'x.tar', () => tarOf([{ name: '/b.txt' }]), `${OUTSIDE}, found /b.txt`],
    ['a zip that points outside', 'x.zip', () => zipOf({ '../b.txt': 'x' }), `${OUTSIDE}, found ../b.txt`],
    ['a zip with an absolute path', 'x.zip', () => zipOf({ '/b.txt': 'x' }), `${OUTSIDE}, found /b.txt`],
    ['a file that is there twice', 'x.tar', () => tarOf([{ name: 'b.txt' }, { name: './b.txt' }]), 'every file once, found b.txt twice'],
  ])('refuses %s', async (_what, name, make, expected) => {
    const message = expect.stringContaining(`${name}: expected ${expected}`) as string;
    await expect(found({ [name]: await make() })).rejects.toMatchObject({ code: 'DATA_INVALID', message });
  });
});

describe('a zip bomb', () => {
  const zeros = Buffer.alloc(4 * MIB);
  const member = async (bytes: Buffer, unpackedGiB = 1 / 1024): Promise<PackedFile> => (await found({ 'x.zip': bytes }, unpackedGiB))[0]!;

  it('is refused before it is unpacked', async () => {
    await expect((await member(zipOf({ a: zeros }))).read()).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
    expect((await (await member(zipOf({ a: zeros }), 1)).read()).equals(zeros)).toBe(true);
  });

  it('that hides its size ends at the size it names', async () => {
    const file = await member(zipBytes([{ name: 'a', content: zeros, size: 100 }]));
    await expect(file.read()).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('that claims more than can be is refused', async () => {
    await expect((await member(zipBytes([{ name: 'a', content: zeros, size: 2 ** 32 - 2 }]))).read())
      .rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining('4294967294 bytes when unpacked') as string });
  });

  it('is counted once, however often it is read', async () => {
    const file = await member(zipOf({ a: zeros }), 5 / 1024);
    for (let time = 0; time < 3; time += 1) expect((await file.read()).length).toBe(4 * MIB);
  });
});

describe('a reader of packed images', () => {
  const form = { shape: { height: 4, width: 4, channels: 1 }, rules: 2, background: 'white' } as const;
  const png = (level: number): Promise<Buffer> =>
    sharp(Buffer.alloc(16, level), { raw: { width: 4, height: 4, channels: 1 } }).png().toBuffer();

  it('reads them out of any archive, and names all bad ones', async () => {
    const broken = zipBytes([{ name: 'z.png', content: await png(90), size: 1000 }]);
    const folder = await folderOf({
      'a.png': await png(10), 'x.tar': await tarBytes({ 'b.png': await png(20), 'c.png': 'no image' }),
      'y.tgz': gzipSync(await tarBytes({ 'd/d.png': await png(30) })), 'z.zip': zipOf({ 'e.png': await png(40) }), 'zz.zip': broken,
    });
    const files = await findPackedFiles(folder, new Unpacking(1));
    const missing = { file: { name: 'f.png', fault: 'no such file' }, where: 'line 6' };
    const images = [...files.map((file, index) => ({ file, where: `line ${index}` })), missing];
    const reader = packedImageReader({ images, ...form });
    const { inputs, bad } = await reader.read(0, 7);
    expect(Array.from({ length: 7 }, (_, index) => inputs[index * 16])).toEqual([10, 20, 0, 30, 40, 0, 0]);
    expect(bad.map(({ reason }) => reason.replaceAll(folder, ''))).toEqual([
      'line 2: expected an image in /x.tar/c.png, found no image of a known kind, or one with a damaged beginning',
      expect.stringContaining('line 5: expected an image in /zz.zip/z.png, found a file that cannot be read (') as string,
      'line 6: expected an image in f.png, found no such file',
    ]);
    const identity = await reader.identity();
    expect(await packedImageReader({ images, ...form }).identity()).toBe(identity);
    expect(await packedImageReader({ images: images.slice(1), ...form }).identity()).not.toBe(identity);
  });

  it('ends at the bound on what is unpacked', async () => {
    const [file] = await found({ 'x.zip': zipOf({ 'a.png': Buffer.alloc(4 * MIB) }) }, 1 / 1024);
    const reader = packedImageReader({ images: [{ file: file!, where: 'line 1' }], ...form });
    await expect(reader.read(0, 1)).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
  });
});

import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, removeFolders, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { InputReader } from '../../model/inputs.js';
import { imageFileReader, type ImageFile } from './image-files.js';

afterAll(removeFolders);

const FORM = { shape: { height: 4, width: 4, channels: 3 }, rules: 2, background: 'white' } as const;
const JPEG = join(import.meta.dirname, '../../../../testing/fixtures/jpeg/testorig.jpg');

async function makeImages(count: number): Promise<ImageFile[]> {
  const folder = await makeFolder();
  const place = (index: number): ImageFile => ({ path: join(folder, `${index}.png`), where: `labels.csv, line ${index + 2}` });
  const files = Array.from({ length: count }, (_, index) => place(index));
  for (const [index, { path }] of files.entries()) await writeImage(path, [index * 5, 0, 0], 4 + (index % 3) * 60);
  return files;
}

async function firstValues(reader: InputReader, first: number, end: number): Promise<number[]> {
  const { inputs } = await reader.read(first, end);
  return Array.from({ length: end - first }, (_, index) => inputs[index * 48] ?? -1);
}

describe('a reader of image files', () => {
  it('reads any part in its order', async () => {
    const reader = imageFileReader({ files: await makeImages(30), ...FORM });
    expect([reader.count, reader.values, reader.shape]).toEqual([30, 'bytes', FORM.shape]);
    expect(await firstValues(reader, 0, 30)).toEqual(Array.from({ length: 30 }, (_, index) => index * 5));
    expect(await firstValues(reader, 11, 14)).toEqual([55, 60, 65]);
    expect(await reader.read(7, 7)).toMatchObject({ inputs: new Uint8Array(0), bad: [] });
    await expect(reader.read(20, 31)).rejects.toThrow(RangeError);
  });

  it('names all bad files at once, and leaves zeros for them', async () => {
    const files = await makeImages(8);
    await writeFile(files[1]!.path, '');
    await writeFile(files[3]!.path, (await readFile(files[3]!.path)).subarray(0, 70));
    files[4] = { path: `${files[4]!.path}.gone`, where: 'labels.csv, line 6' };
    await mkdir(`${files[5]!.path}.folder`);
    files[5] = { path: `${files[5]!.path}.folder`, where: 'labels.csv, line 7' };
    files[6] = { ...files[6]!, fault: 'two files of that name' };
    const { inputs, bad } = await imageFileReader({ files, ...FORM }).read(1, 8);
    const reason = (index: number, found: string): object =>
      ({ example: index, reason: `labels.csv, line ${index + 2}: expected an image in ${files[index]!.path}, found ${found}` });
    expect(bad).toEqual([
      reason(1, 'an empty file'), reason(3, 'a PNG that is cut off'), reason(4, 'no such file'), reason(5, 'a folder'),
      reason(6, 'two files of that name'),
    ]);
    expect([inputs[0], inputs[48], inputs[2 * 48], inputs[6 * 48]]).toEqual([0, 10, 0, 35]);
  });

  it('is known by its files and by how they are decoded', async () => {
    const files = await makeImages(70);
    const identity = (changed: object = {}): Promise<string | null> => imageFileReader({ files, ...FORM, ...changed }).identity();
    const before = await identity();
    expect(await identity()).toBe(before);
    const others = [
      await identity({ background: 'black' }), await identity({ shape: { ...FORM.shape, channels: 1 } }), await identity({ rules: 1 }),
      await identity({ files: files.slice(1) }), await identity({ files: [files[1], files[0], ...files.slice(2)] }),
    ];
    await utimes(files[69]!.path, 1, 1);
    others.push(await identity());
    expect(new Set([before, ...others]).size).toBe(7);
  });

  it('counts odd images', async () => {
    const files = await makeImages(3);
    const bytes = await readFile(JPEG);
    for (const index of [2, 0]) {
      const odd = Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xff, 0xe5, 0, 3, 0, 0, 0), bytes.subarray(2)]);
      await writeFile(files[index]!.path, odd);
    }
    const reader = imageFileReader({ files, ...FORM });
    const { bad, odd } = await reader.read(0, 3);
    expect(bad).toEqual([]);
    expect(odd?.map(({ example }) => example)).toEqual([0, 2]);
    expect(odd?.[0]?.reason).toBe(`labels.csv, line 2: expected an image in ${files[0]!.path}`);
  });
});

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PLAIN_DATA, type DataConfig } from '@lethe/config';
import { makeFolder, removeFolders, tarBytes } from '@lethe/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatherImages } from '../../batches/gather.js';
import type { DataSource } from '../../model/dataset.js';
import { openData } from '../../open-data.js';
import { describeData } from '../../report/describe-data.js';
import { openUnseenExamples } from '../../unseen/open-unseen.js';
import { reportLines } from '../../report/report-lines.js';

const NAMES = ['Eyeglasses', 'Male', 'Smiling'];
const COUNT = 12;
const FILES = Array.from({ length: COUNT }, (_, face) => `${String(face + 1).padStart(6, '0')}.jpg`);
/** One in four has glasses, every other one is male, one in three smiles. */
const linesOf = (names: readonly string[] = FILES): string[] => names.map((file, face) => (
  `${file} ${[4, 2, 3].map((every) => (face % every === 0 ? ' 1' : '-1')).join(' ')}`
));
const HEADER = `${NAMES.join(' ')} `;
const OFFICIAL = [String(COUNT), HEADER, ...linesOf(), ''].join('\r\n');
/** Eight to train, two held out, two to test. */
const PARTITION = FILES.map((file, face) => `${file} ${face < 8 ? 0 : face < 10 ? 1 : 2}`).join('\n');

let photographs: Record<string, Buffer>;

/** As the aligned images are: the upper rows are red, the lower ones green, and those between as bright as their number says. */
async function photograph(face: number, [width, height] = [178, 218]): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  const [top, bottom] = [(20 * height) / 218, (198 * height) / 218];
  for (let row = 0; row < height; row += 1) {
    const colour = row < top ? [255, 0, 0] : row >= bottom ? [0, 255, 0] : [20 * face, 20 * face, 20 * face];
    for (let column = 0; column < width; column += 1) pixels.set(colour, (row * width + column) * 3);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
}

beforeAll(async () => {
  const all = await Promise.all(FILES.map(async (file, face) => [file, await photograph(face)] as const));
  photographs = Object.fromEntries(all);
});
afterAll(removeFolders);

const inFolder = (files: Readonly<Record<string, Buffer>>): Record<string, Buffer> => (
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`img_align_celeba/${name}`, bytes]))
);

async function folderOf(files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const folder = await makeFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

const published = (changed: Readonly<Record<string, Buffer | string>> = {}): Promise<string> => folderOf({
  ...inFolder(photographs), 'list_attr_celeba.txt': OFFICIAL, 'list_eval_partition.txt': PARTITION, ...changed,
});

function open(folder: string, data: Partial<DataConfig> = {}): Promise<DataSource> {
  return openData({ ...PLAIN_DATA, kind: 'celeba', folder, imageSize: 64, channels: 3, forget: ['Male'], ...data }, 1);
}

const skipping = (share: number): Partial<DataConfig> => ({ reading: { ...PLAIN_DATA.reading, skipBad: share } });
const notesOf = ({ notes }: DataSource): string => notes.map(({ text }) => text).join('\n');

describe('CelebA', () => {
  it('has a column of no and yes for each attribute, and the parts of its partition', async () => {
    const source = await open(await published());
    expect(source.facts).toMatchObject({
      shape: { height: 64, width: 64, channels: 3 }, trainCount: 10, heldOutCount: 2, testCount: 2,
      forgotten: [{ name: 'Male', categories: ['no', 'yes'], counts: [5, 5], missing: 0 }],
    });
    expect(source.train.attributes.map(({ name }) => name)).toEqual(NAMES);
    const lines = reportLines(await describeData(source));
    expect(lines).toContain('  Eyeglasses  3 of 12 images: no 75.0 %, yes 25.0 %');
  });

  it('has the rows of the face, whatever the height of an image is, unless all are asked for', async () => {
    const folder = await published({ 'img_align_celeba/000002.jpg': await photograph(1, [64, 64]) });
    const { train: { inputs } } = await open(folder);
    const pixels = inputs.gather(Uint32Array.of(5, 1)) as Uint8Array;
    for (const [place, brightness] of [100, 20].entries()) {
      const face = pixels.subarray(place * 64 * 64 * 3, (place + 1) * 64 * 64 * 3);
      // A row at the border of a small image is partly of another colour.
      const inner = face.subarray(2 * 64 * 3, -2 * 64 * 3);
      expect(Math.max(...inner.map((value) => Math.abs(value - brightness)))).toBeLessThan(12);
    }
    const whole = (await open(folder, { celeba: { crop: false } })).train.inputs.gather(Uint32Array.of(5)) as Uint8Array;
    expect([...whole.subarray(0, 3)].map((value) => Math.round(value / 255))).toEqual([1, 0, 0]);
    expect([...whole.subarray(-3)].map((value) => Math.round(value / 255))).toEqual([0, 1, 0]);
  });

  it.each<[string, () => Promise<Readonly<Record<string, Buffer | string>>>]>([
    ['an archive', async () => ({
      'img_align_celeba.tar.gz': gzipSync(await tarBytes(inFolder(photographs))), 'list_attr_celeba.txt.gz': gzipSync(OFFICIAL),
      'list_eval_partition.txt': PARTITION,
    })],
    ['an archive that is not packed', async () => ({
      'img_align_celeba.tar': await tarBytes(inFolder(photographs)), 'list_attr_celeba.txt': OFFICIAL,
      'list_eval_partition.txt': PARTITION,
    })],
    ['lists with commas', () => Promise.resolve({
      ...photographs,
      'list_attr_celeba.csv': [`image_id,${NAMES.join()}`, ...linesOf().map((line) => line.replaceAll(/\s+/g, ','))].join('\n'),
      'list_eval_partition.csv': `image_id,partition\n${PARTITION.replaceAll(' ', ',')}`,
    })],
    ['a list without a count', () => Promise.resolve({
      ...photographs, 'list_attr_celeba.txt': [HEADER, ...linesOf()].join('\n'), 'list_eval_partition.txt': PARTITION,
    })],
  ])('is the same out of %s', async (_, filesOf) => {
    const { facts: { fingerprint } } = await open(await folderOf(await filesOf()));
    expect(fingerprint).toBe((await open(await published())).facts.fingerprint);
  });

  it('has photographs of others brought to the same rows', async () => {
    const folder = await published();
    const { preprocessing, train } = await open(folder);
    expect(preprocessing).toMatchObject({ kind: 'images', rows: { first: 20, count: 178, of: 218 } });
    const others = await folderOf({ 'somebody.jpg': photographs['000006.jpg'] ?? '' });
    const read = async (pictures: readonly string[] | null): Promise<{ inputs: Float32Array[]; said: string[] }> => {
      const said: string[] = [];
      const { pieces } = await openUnseenExamples({
        folder: others, pictures, preprocessing, seed: 1, hear: (notes) => { said.push(...notes.map(({ text }) => text)); },
        data: { ...PLAIN_DATA, kind: 'celeba', folder, imageSize: 64, channels: 3, forget: ['Male'] },
      });
      const inputs = [];
      for await (const piece of pieces) inputs.push(piece.inputs);
      return { inputs, said };
    };
    expect((await read(null)).inputs).toEqual([gatherImages(train, Uint32Array.of(5))]);
    // The same named one by one, beside one of another proportion, of which it is said.
    const wide = join(await folderOf({}), 'wide.webp');
    await sharp({ create: { width: 400, height: 218, channels: 3, background: '#123456' } }).webp().toFile(wide);
    const { inputs: [both], said } = await read([join(others, 'somebody.jpg'), wide]);
    expect(both?.subarray(0, 64 * 64 * 3)).toEqual(gatherImages(train, Uint32Array.of(5)));
    expect(said).toEqual([
      'somebody.jpg (178 x 218): rows 20 to 197 are taken, and brought to 64 x 64 x 3',
      'wide.webp (400 x 218): rows 20 to 197 are taken, and brought to 64 x 64 x 3; it becomes narrower than it is: '
      + "cut it to the proportion of the run's images",
    ]);
  });

  it('has test images drawn where there is no partition, which is said', async () => {
    const source = await open(await folderOf({ ...photographs, 'list_attr_celeba.txt': OFFICIAL }));
    expect(source.facts).toMatchObject({ trainCount: 10, testCount: 2, heldOutCount: null });
    expect(notesOf(source)).toContain('there is no list_eval_partition.txt: a sixth of the images is drawn for testing by the seed');
  });

  it('names every image that cannot be read, and goes on without them if it may', async () => {
    const [, , , ...others] = linesOf();
    const { '000005.jpg': _, ...there } = photographs;
    const folder = await folderOf({
      ...there, 'list_attr_celeba.txt': [HEADER, linesOf()[0], `${FILES[1] ?? ''} 1 -1`, `${FILES[2] ?? ''} 1 7 1`, ...others].join('\n'),
      'list_eval_partition.txt': PARTITION.replace('000012.jpg 2', '000012.jpg two'), '000013.jpg': photographs['000001.jpg'] ?? '',
    });
    const list = join(folder, 'list_attr_celeba.txt');
    const refused = await open(folder).catch((error: unknown) => error);
    for (const reason of [
      `${list}, line 3: expected an image in ${FILES[1] ?? ''}, found a line of 2 values instead of 3`,
      `${list}, line 4: expected an image in ${FILES[2] ?? ''}, found a line with the value "7" instead of -1 or 1`,
      `${list}, line 6: expected an image in 000005.jpg, found no such file`,
      `${list}: expected an image in 000013.jpg, found no line that says what it shows`,
      'found "000012.jpg two" in list_eval_partition.txt, line 12 instead of a file and 0, 1 or 2',
    ]) expect(String(refused)).toContain(reason);
    const { facts } = await open(folder, skipping(0.5));
    expect(facts).toMatchObject({ trainCount: 7, testCount: 1 });
  });

  it.each([
    ['another count', ['13', HEADER, ...linesOf()], /list_attr_celeba\.txt: expected 13 images, as its first line says, found 12 lines/],
    ['no header', linesOf(), /list_attr_celeba\.txt, line 1: expected the names of attributes, .* found 000001\.jpg 1 1 1/],
    ['a name that comes twice', ['Male Male', '000001.jpg 1 1'], /line 1: expected every attribute once, found Male twice/],
    ['an empty list', [], /expected the names of attributes, .* found nothing/],
  ])('is refused with %s', async (_, lines, message) => {
    await expect(open(await published({ 'list_attr_celeba.txt': lines.join('\n') }))).rejects.toThrow(message);
  });

  it('is refused without its list, and with an attribute that it lacks', async () => {
    await expect(open(await folderOf(photographs))).rejects.toThrow(/expected list_attr_celeba\.txt .* found 12 files \.jpg/);
    const unknown = open(await published(), { forget: ['Glasses'] });
    await expect(unknown).rejects.toThrow(/expected a column Glasses to forget, found .*Eyeglasses/);
  });

  it('says how frequent the values are that batches have equally often', async () => {
    const source = await open(await published(), { balance: ['Eyeglasses'] });
    expect(notesOf(source)).toContain('equally often; of the examples: Eyeglasses no 70.0 %, yes 30.0 %');
    const unknown = open(await published(), { balance: ['Glasses'] });
    await expect(unknown).rejects.toThrow(/data\.balance: expected names of columns .* found Glasses/);
  });
});

import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';

const SIDE = 64;
const CLASSES = ['red', 'green', 'blue', 'grey'];
const AT_ONCE = 8;
/** Images of one folder: no folder with 200,000 files. */
const OF_A_FOLDER = 1000;
const TEST_SHARE = 100;
/** A folder with this file is complete. */
const COMPLETE = 'made.txt';

/**
 * JPEGs of 64 x 64 x 3, each another one, in four classes that their colour tells, and a labels.csv. One in a hundred is a test image:
 * scoring more would take most of the time.
 */
export async function makeImages(folder: string, count: number): Promise<void> {
  if (existsSync(join(folder, COMPLETE))) return;
  const fileOf = (image: number): string => `images/${Math.floor(image / OF_A_FOLDER)}/${image}.jpg`;
  for (let part = 0; part * OF_A_FOLDER < count; part += 1) await mkdir(join(folder, 'images', String(part)), { recursive: true });
  let next = 0;
  const makeNext = async (): Promise<void> => {
    while (next < count) {
      const image = next;
      next += 1;
      await sharp(pixelsOf(image), { raw: { width: SIDE, height: SIDE, channels: 3 } }).jpeg().toFile(join(folder, fileOf(image)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, makeNext));
  const rows = Array.from({ length: count }, (_, image) => `${fileOf(image)},${CLASSES[image % 4] ?? ''},${splitOf(image)}`);
  await writeFile(join(folder, 'labels.csv'), `file,label,split\n${rows.join('\n')}\n`);
  await writeFile(join(folder, COMPLETE), `${count} images\n`);
}

/** Stripes whose direction and width are the image's own, in the colour of its class. */
function pixelsOf(image: number): Uint8Array {
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  const [across, down, start] = [1 + (image % 61), 1 + (image % 53), image % 251];
  for (let pixel = 0; pixel < SIDE * SIDE; pixel += 1) {
    const level = (start + across * (pixel % SIDE) + down * Math.floor(pixel / SIDE)) % 256;
    const channel = image % 4;
    if (channel === 3) pixels.fill(level, pixel * 3, pixel * 3 + 3);
    else pixels[pixel * 3 + channel] = level;
  }
  return pixels;
}

/** A table of three sites: numbers, one missing now and then, and a column with many categories. */
export async function makeTable(folder: string, rows: number, categories: number): Promise<void> {
  if (existsSync(join(folder, COMPLETE))) return;
  await mkdir(folder, { recursive: true });
  await pipeline(lines(rows, categories), createWriteStream(join(folder, 'table.csv')));
  await writeFile(join(folder, COMPLETE), `${rows} rows\n`);
}

const LINES_AT_ONCE = 1000;

function* lines(rows: number, categories: number): Generator<string> {
  yield 'domain,label,split,age,income,occupation\n';
  for (let first = 0; first < rows; first += LINES_AT_ONCE) {
    yield Array.from({ length: Math.min(LINES_AT_ONCE, rows - first) }, (_, index) => lineOf(first + index, categories)).join('');
  }
}

function lineOf(row: number, categories: number): string {
  const isIll = (row * 7919) % 1000 < 400;
  const age = 20 + ((row * 31) % 600) / 10 + (isIll ? 10 : 0);
  const income = row % 50 === 0 ? '' : ((row * 104_729) % 1_000_000) / 8;
  const occupation = `occupation ${((row * 6151) ^ (row >> 3)) % categories}`;
  return `${['north', 'south', 'east'][row % 3] ?? ''},${isIll ? 'ill' : 'healthy'},${splitOf(row)},${age},${income},${occupation}\n`;
}

function splitOf(example: number): string {
  return (example * 7) % TEST_SHARE === 3 ? 'test' : 'train';
}

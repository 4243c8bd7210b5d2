import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { imageDecoder, type DecodedImage, type ImageForm } from './decode-image.js';

const FIXTURES = join(import.meta.dirname, '../../../../testing/fixtures');
const PNGSUITE = join(FIXTURES, 'pngsuite');
const WHITE = { rules: 2, background: 'white' } as const;

async function decode(bytes: Buffer, form: Partial<ImageForm> = {}): Promise<DecodedImage> {
  return (await imageDecoder({ ...WHITE, shape: { height: 32, width: 32, channels: 3 }, ...form }))(bytes);
}

async function pixelsOf(bytes: Buffer, form: Partial<ImageForm> = {}): Promise<Uint8Array> {
  const decoded = await decode(bytes, form);
  if ('fault' in decoded) throw new Error(decoded.fault);
  return decoded.pixels;
}

async function faultOf(bytes: Buffer): Promise<string | null> {
  const decoded = await decode(bytes);
  return 'fault' in decoded ? decoded.fault : null;
}

function largestDifference(some: Uint8Array, others: Uint8Array): number {
  return some.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (others[index] ?? 1000))), 0);
}

function meanDifference(some: Uint8Array, others: Uint8Array): number {
  return some.reduce((sum, value, index) => sum + Math.abs(value - others[index]!), 0) / some.length;
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

/** A PNG that says to have that size, with the given data of its pixels. */
function pngClaiming(width: number, height: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const signature = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** What a second, plain decoder makes of a valid PNG: 8 bits of red, green, blue and alpha, by the specification's words. */
function plainDecode(png: Buffer): { width: number; height: number; rgba: Uint8Array } {
  const chunks = new Map<string, Buffer[]>();
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const name = png.toString('latin1', at + 4, at + 8);
    chunks.set(name, [...(chunks.get(name) ?? []), png.subarray(at + 8, at + 8 + png.readUInt32BE(at))]);
  }
  const [header, palette, transparent] = ['IHDR', 'PLTE', 'tRNS'].map((name) => chunks.get(name)?.[0]);
  const [width, height] = [header!.readUInt32BE(0), header!.readUInt32BE(4)];
  const [depth, colour, interlaced] = [header![8]!, header![9]!, header![12]!];
  const samples = [1, 0, 3, 1, 2, 0, 4][colour]!;
  const raw = inflateSync(Buffer.concat(chunks.get('IDAT')!));
  const rgba = new Uint8Array(width * height * 4);
  const passes = interlaced === 0 ? [[0, 0, 1, 1]]
    : [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
  let at = 0;
  for (const [left, top, across, down] of passes as [number, number, number, number][]) {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    if (columns <= 0 || rows <= 0) continue;
    const [stride, step] = [Math.ceil(columns * samples * depth / 8), Math.max(1, samples * depth / 8)];
    let above = new Uint8Array(stride);
    for (let row = 0; row < rows; row += 1) {
      const filter = raw[at]!;
      const line = Uint8Array.from(raw.subarray(at + 1, at + 1 + stride));
      at += 1 + stride;
      for (let index = 0; index < stride; index += 1) {
        const [a, b, c] = [line[index - step] ?? 0, above[index]!, above[index - step] ?? 0];
        const p = a + b - c;
        const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
        const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
        line[index] = line[index]! + [0, a, b, (a + b) >> 1, paeth][filter]!;
      }
      above = line;
      const sample = (index: number): number => {
        if (depth === 16) return line[2 * index]! * 256 + line[2 * index + 1]!;
        const bit = index * depth;
        return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
      };
      const as8 = (value: number): number => depth === 16 ? value >> 8 : Math.round(value * 255 / (2 ** depth - 1));
      for (let column = 0; column < columns; column += 1) {
        const values = Array.from({ length: samples }, (_, index) => sample(column * samples + index));
        const isClear = transparent !== undefined && colour !== 3
          && values.every((value, index) => value === transparent.readUInt16BE(2 * index));
        const [first, second, third, fourth] = values.map(as8) as [number, number, number, number];
        const pixel = colour === 3
          ? [...palette!.subarray(3 * values[0]!, 3 * values[0]! + 3), transparent?.[values[0]!] ?? 255]
          : colour === 0 || colour === 4
            ? [first, first, first, colour === 4 ? second : 255]
            : [first, second, third, colour === 6 ? fourth : 255];
        if (isClear) pixel[3] = 0;
        rgba.set(pixel, ((top + row * down) * width + left + column * across) * 4);
      }
    }
  }
  return { width, height, rgba };
}

const PNG_FAULTS = {
  'xc1n0g08.png': 'a PNG of the colour type 1, which does not exist',
  'xc9n2c08.png': 'a PNG of the colour type 9, which does not exist',
  'xcrn0g04.png': 'a PNG whose first 8 bytes are damaged',
  'xcsn0g01.png': 'a damaged PNG',
  'xd0n2c08.png': 'a PNG of colour type 2 with 0 bits a sample, which does not exist',
  'xd3n2c08.png': 'a PNG of colour type 2 with 3 bits a sample, which does not exist',
  'xd9n2c08.png': 'a PNG of colour type 2 with 99 bits a sample, which does not exist',
  'xdtn0g01.png': 'a PNG without image data',
  'xhdn0g08.png': 'a damaged PNG',
  'xlfn0g04.png': 'a PNG whose first 8 bytes are damaged',
  'xs1n0g01.png': 'a PNG whose first 8 bytes are damaged',
  'xs2n0g01.png': 'a PNG whose first 8 bytes are damaged',
  'xs4n0g01.png': 'a PNG whose first 8 bytes are damaged',
  'xs7n0g01.png': 'a PNG whose first 8 bytes are damaged',
};

describe('PngSuite', async () => {
  const files = (await readdir(PNGSUITE)).filter((name) => name.endsWith('.png')).sort();
  const damaged = files.filter((name) => name.startsWith('x'));
  const valid = files.filter((name) => !name.startsWith('x'));

  it('is whole', () => { expect([valid.length, damaged.length]).toEqual([161, 14]); });

  it.each(valid)('%s decodes like its 8-bit twin', async (name) => {
    const bytes = await readFile(join(PNGSUITE, name));
    const { width, height, rgba } = plainDecode(bytes);
    const twin = await sharp(rgba, { raw: { width, height, channels: 4 } }).png().toBuffer();
    for (const channels of [1, 3] as const) {
      for (const background of ['white', 'black', '#8040c0']) {
        const form = { shape: { height, width, channels }, background };
        const difference = largestDifference(await pixelsOf(bytes, form), await pixelsOf(twin, form));
        expect(difference, `${channels}, ${background}`).toBeLessThanOrEqual(3);
      }
    }
  });

  it('says what is wrong with every damaged file', async () => {
    const faults = await Promise.all(damaged.map(async (name) => [name, await faultOf(await readFile(join(PNGSUITE, name)))]));
    expect(Object.fromEntries(faults)).toEqual(PNG_FAULTS);
  });
});

describe('JPEG', () => {
  const jpeg = (name: string): Promise<Buffer> => readFile(join(FIXTURES, 'jpeg', name));
  const shape = { height: 149, width: 227, channels: 3 };

  it('of arithmetic coding reads like that of Huffman\'s', async () => {
    const arithmetic = await pixelsOf(await jpeg('testimgari.jpg'), { shape });
    expect(largestDifference(arithmetic, await pixelsOf(await jpeg('testimgint.jpg'), { shape }))).toBeLessThanOrEqual(1);
    expect(meanDifference(arithmetic, await pixelsOf(await jpeg('testorig.jpg'), { shape }))).toBeLessThan(3);
  });

  it('of 12 bits is named', async () => {
    expect(await faultOf(await jpeg('monkey12.jpg'))).toBe('a JPEG of 12 bits a channel, which is not decoded: convert it to 8 bits');
  });

  it('that is cut off is named', async () => {
    const whole = await jpeg('testorig.jpg');
    expect(await faultOf(whole.subarray(0, 3000))).toBe('a JPEG that is cut off');
  });

  it('of which the decoder only complains is read and counted', async () => {
    const bytes = await jpeg('testorig.jpg');
    // Bytes between two segments, which belong to none.
    const odd = Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xff, 0xe5, 0, 3, 0, 0, 0), bytes.subarray(2)]);
    expect(await decode(odd, { shape })).toEqual({ pixels: await pixelsOf(bytes, { shape }), isOdd: true });
    expect(await decode(bytes, { shape })).toMatchObject({ isOdd: false });
  });

  it('in the colours of print reads', async () => {
    const create = { width: 16, height: 16, channels: 3, background: '#c83232' } as const;
    const bytes = await sharp({ create }).toColourspace('cmyk').jpeg().toBuffer();
    const [red = 0, green = 0, blue = 0] = await pixelsOf(bytes);
    expect([red > 150, green < 110, blue < 110]).toEqual([true, true, true]);
  });

  it('is turned upright, whichever of the nine orientations of EXIF it has', async () => {
    const form = { shape: { height: 60, width: 90, channels: 3 } };
    const upright = await pixelsOf(await readFile(join(FIXTURES, 'exif', 'Landscape_1.jpg')), form);
    for (const orientation of [0, 2, 3, 4, 5, 6, 7, 8]) {
      const turned = await pixelsOf(await readFile(join(FIXTURES, 'exif', `Landscape_${orientation}.jpg`)), form);
      expect([orientation, meanDifference(turned, upright) < 8]).toEqual([orientation, true]);
    }
  });
});

describe('an image', () => {
  const shape = { height: 96, width: 109, channels: 1 };

  it('of 16-bit black ink on transparent paper is drawn on the background', async () => {
    const bytes = await readFile(join(FIXTURES, 'jpeg', '16-bit-grey-alpha.png'));
    const [white, black] = [await pixelsOf(bytes, { shape }), await pixelsOf(bytes, { shape, background: 'black' })];
    expect([new Set(white).size > 5, Math.max(...white), new Set(black).size]).toEqual([true, 254, 1]);
  });

  it('lies on a colour, whether it is grey or not', async () => {
    const clear = (channels: 2 | 4): Promise<Buffer> =>
      sharp(Buffer.alloc(16 * channels), { raw: { width: 4, height: 4, channels } }).png().toBuffer();
    for (const channels of [2, 4] as const) {
      expect([...await pixelsOf(await clear(channels), { background: '#8040c0' })].slice(0, 3)).toEqual([0x80, 0x40, 0xc0]);
    }
  });

  it('lies on black by the rules of earlier runs', async () => {
    const clear = await sharp(Buffer.alloc(64), { raw: { width: 4, height: 4, channels: 4 } }).png().toBuffer();
    expect(new Set(await pixelsOf(clear, { rules: 1 }))).toEqual(new Set([0]));
  });

  it('that moves is its first frame', async () => {
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 200), Buffer.alloc(8 * 8 * 3, 20)]);
    const gif = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } }).gif().toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect((await pixelsOf(gif))[0]).toBeGreaterThan(190);
  });

  it('of many pixels is decoded, among others of its kind', async () => {
    const [width, height] = [6000, 5000];
    const large = pngClaiming(width, height, deflateSync(Buffer.alloc(height * (1 + width / 8), 0)));
    const decoder = await imageDecoder({ ...WHITE, shape: { height: 2, width: 2, channels: 1 } });
    const decoded = await Promise.all([large, large.subarray(0, 100), large].map(decoder));
    const pixels = Buffer.alloc(4);
    expect(decoded).toEqual([{ pixels, isOdd: false }, { fault: 'a PNG that is cut off' }, { pixels, isOdd: false }]);
  });

  it.each<[string, () => Promise<Buffer>, string]>([
    ['of 60,000 x 60,000', async () => pngClaiming(60000, 60000, deflateSync(Buffer.alloc(2 ** 20))),
      '60,000 x 60,000 pixels, more than the 120,000,000 that are decoded'],
    ['that is empty', async () => Buffer.alloc(0), 'an empty file'],
    ['that is a web page', async () => Buffer.from('\n<!DOCTYPE html><title>Not found</title>'),
      'a web page, as a download gives that needs a login or another address'],
    ['that is a drawing', async () => Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'a drawing (SVG), which has no pixels: convert it to PNG'],
    ['that Git LFS stands in for', async () => Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
      'a pointer of Git LFS, not the file itself (git lfs pull gets it)'],
    ['that is HEIC', async () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'),
      'a HEIC photograph, which is not decoded: convert it to PNG or JPEG'],
    ['that is a beginning of a JPEG', async () => (await readFile(join(FIXTURES, 'jpeg', 'testorig.jpg'))).subarray(0, 20),
      'a JPEG image with a damaged beginning'],
    ['that is text', async () => Buffer.from('once upon a time'), 'no image of a known kind, or one with a damaged beginning'],
    ['that is a cut-off PNG', async () => (await readFile(join(PNGSUITE, 'basn2c16.png'))).subarray(0, 200), 'a PNG that is cut off'],
  ])('%s is refused', async (_what, make, fault) => { expect(await faultOf(await make())).toBe(fault); });
});

import { isInked, LETTER, lineWidth } from './letters.js';

export interface GridPixels {
  /** [rows, columns, height, width, channels] in [-1, 1]. */
  readonly pixels: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  /** 1 (grey) or 3. */
  readonly channels: number;
  /** Lines over columns; none unless they are given. */
  readonly captions?: readonly GridCaption[];
}

/** A line of text over a picture's columns. */
export interface GridCaption {
  readonly text: string;
  /** Counted from the top. */
  readonly line: number;
  /** The column where it begins, and how many it may lie over. What has no room there is cut off. */
  readonly column: number;
  readonly columns: number;
}

export interface GridPng { readonly png: Buffer; readonly width: number; readonly height: number }

const GAP_PIXELS = 1;
const GAP_LEVEL = 96;
const SCALE = 2;

/** Grey levels of the paper that captions are written on, and of the letters. */
const [PAPER, INK] = [255, 0];
/** Pixels around lines. */
const MARGIN = 3;
/** Letters are drawn larger over columns that have room for so many of the larger ones. */
const LETTERS_WANTED = 10;

/** Draws images in rows and columns with thin lines between them, at twice their size, captions above. */
export async function encodeGridPng({ captions = [], ...grid }: GridPixels): Promise<GridPng> {
  const { pixels, rows, columns, height, width, channels } = grid;
  const full = { width: columns * (width + GAP_PIXELS) + GAP_PIXELS, height: rows * (height + GAP_PIXELS) + GAP_PIXELS };
  const canvas = Buffer.alloc(full.width * full.height * channels, GAP_LEVEL);
  const lineLength = width * channels;
  for (let line = 0; line < rows * columns * height; line += 1) {
    const image = Math.floor(line / height);
    const top = Math.floor(image / columns) * (height + GAP_PIXELS) + GAP_PIXELS + (line % height);
    const left = (image % columns) * (width + GAP_PIXELS) + GAP_PIXELS;
    const target = (top * full.width + left) * channels;
    for (let index = 0; index < lineLength; index += 1) canvas[target + index] = toByte(pixels[line * lineLength + index] ?? -1);
  }
  const size = { width: full.width * SCALE, height: full.height * SCALE };
  const raw = { width: full.width, height: full.height, channels: channels as 1 | 3 };
  const { default: sharp } = await import('sharp');
  const images = sharp(canvas, { raw }).resize({ ...size, kernel: 'nearest' });
  if (captions.length === 0) return { png: await images.png().toBuffer(), ...size };
  const head = captionHead(captions, { ...grid, totalWidth: size.width });
  const below = await images.toColourspace(channels === 1 ? 'b-w' : 'srgb').raw().toBuffer();
  const whole = { width: size.width, height: size.height + head.height };
  const all = Buffer.concat([head.bytes, below]);
  return { png: await sharp(all, { raw: { ...whole, channels: channels as 1 | 3 } }).png().toBuffer(), ...whole };
}

interface CaptionedGrid extends Pick<GridPixels, 'width' | 'channels'> { readonly totalWidth: number }

/** The captions on paper, as wide as the picture. */
function captionHead(
  captions: readonly GridCaption[], { width, channels, totalWidth }: CaptionedGrid,
): { readonly bytes: Buffer; readonly height: number } {
  const columnWidth = (width + GAP_PIXELS) * SCALE;
  const scale = Math.max(1, Math.floor(columnWidth / (LETTERS_WANTED * (LETTER.width + LETTER.gap))));
  const lineHeight = LETTER.height * scale + MARGIN;
  const lines = captions.reduce((most, { line }) => Math.max(most, line + 1), 0);
  const height = lines * lineHeight + MARGIN;
  const bytes = Buffer.alloc(totalWidth * height * channels, PAPER);
  for (const { text, line, column, columns } of captions) {
    const [left, top] = [column * columnWidth + MARGIN, line * lineHeight + MARGIN];
    const room = columns * columnWidth - 2 * MARGIN;
    for (let row = 0; row < LETTER.height * scale; row += 1) {
      for (let place = 0; place < Math.min(room, lineWidth(text) * scale); place += 1) {
        if (!isTextInked(text, Math.floor(row / scale), Math.floor(place / scale))) continue;
        bytes.fill(INK, ((top + row) * totalWidth + left + place) * channels, ((top + row) * totalWidth + left + place + 1) * channels);
      }
    }
  }
  return { bytes, height };
}

/** Whether a pixel of a line of text is drawn. */
function isTextInked(text: string, row: number, place: number): boolean {
  const stride = LETTER.width + LETTER.gap;
  const character = Array.from(text)[Math.floor(place / stride)];
  return character !== undefined && place % stride < LETTER.width && isInked(character, row, place % stride);
}

/** An image in its own size. @param pixels [height, width, channels] in [-1, 1] */
export async function encodePng(
  pixels: Float32Array, { height, width, channels }: Pick<GridPixels, 'height' | 'width' | 'channels'>,
): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(Uint8Array.from(pixels, toByte), { raw: { height, width, channels: channels as 1 | 3 } }).png().toBuffer();
}

function toByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round((value + 1) * 127.5)));
}

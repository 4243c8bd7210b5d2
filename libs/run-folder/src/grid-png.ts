
export interface GridPixels {
  /** [rows, columns, height, width, channels] in [-1, 1]. */
  readonly pixels: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  /** 1 (grey) or 3. */
  readonly channels: number;
}

export interface GridPng { readonly png: Buffer; readonly width: number; readonly height: number }

const GAP_PIXELS = 1;
const GAP_LEVEL = 96;
const SCALE = 2;

/** Draws images in rows and columns with thin lines between them, at twice their size. */
export async function encodeGridPng({ pixels, rows, columns, height, width, channels }: GridPixels): Promise<GridPng> {
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
  const png = await sharp(canvas, { raw }).resize({ ...size, kernel: 'nearest' }).png().toBuffer();
  return { png, ...size };
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

/** Rows, columns and values of each pixel; of a table or vectors 1, 1 and their length. */
export interface ImageShape { readonly height: number; readonly width: number; readonly channels: number }

/** Numbers of one example. */
export function inputLength({ height, width, channels }: ImageShape): number {
  return height * width * channels;
}

/** Whether examples are images: rows, vectors and signals have a side of one pixel. */
export function isImage({ height, width }: Pick<ImageShape, 'height' | 'width'>): boolean {
  return height > 1 && width > 1;
}

/** Whether examples can be shown as pictures: images in grey or in colour. */
export function isPicture(shape: ImageShape): boolean {
  return isImage(shape) && (shape.channels === 1 || shape.channels === 3);
}

/** How inputs are kept: bytes, which networks see as -1 to 1, or float32, which they see as they are. */
export type InputValues = 'bytes' | 'floats';

/**
 * The inputs of all examples, kept so that a step can take any of them at once: in memory, or in a file of this machine that is read by
 * pieces. A table or a vector is an image of a single pixel with a channel for each number.
 */
export interface Inputs {
  readonly shape: ImageShape;
  readonly values: InputValues;
  readonly count: number;
  /** Where the inputs are, and how much of this process's memory they take: "in memory, 47 MiB". */
  readonly described: string;
  /**
   * The inputs as they are kept, row-major [rows.length, height, width, channels].
   * @throws RangeError for a row that is not there, LetheError DATA_INVALID if a file has been changed or cut off
   */
  gather(rows: Uint32Array): Uint8Array | Float32Array;
  /** Closes files. */
  close(): void;
}

/** Inputs that cannot be read, or not as they should be. */
export interface BadInput {
  readonly example: number;
  /** What was expected and found, with its place. */
  readonly reason: string;
}

/** Inputs as they lie in files, before they are decoded. */
export interface InputReader {
  readonly shape: ImageShape;
  readonly values: InputValues;
  readonly count: number;
  /**
   * Text that is another whenever the decoded inputs could be others: paths, sizes and times of the files, and how they are decoded.
   * Null: decoding costs so little that nothing is kept on disk unless memory does not hold it.
   */
  readonly identity: () => Promise<string | null>;
  /**
   * Decodes examples `first` to `end` (excluded) into row-major [end - first, height, width, channels]; those that cannot be read are
   * named, and zeros in the array.
   */
  read(first: number, end: number): Promise<DecodedInputs>;
}

/** Some of the inputs of a reader. */
export interface DecodedInputs {
  readonly inputs: Uint8Array | Float32Array;
  readonly bad: readonly BadInput[];
  /** Examples that were read although their decoder complained, each with its place. */
  readonly odd?: readonly BadInput[];
}

/** Inputs that were read although their decoder complained. */
export interface OddInputs {
  readonly count: number;
  /** The first of them, as messages name it; empty if there are none. */
  readonly first: string;
}

/** Sizes as messages have them: "28 x 28 x 1". */
export function shapeInWords({ height, width, channels }: ImageShape): string {
  return `${height} x ${width} x ${channels}`;
}

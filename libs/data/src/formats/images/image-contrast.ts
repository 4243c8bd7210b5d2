import { inputLength, type ImageShape } from '../../model/inputs.js';

/** Looks for images in which there is nothing to see, part by part. */
export class ContrastMeter {
  readonly #length: number;
  readonly #channels: number;
  #first: Uint8Array | null = null;
  #count = 0;
  #plain = 0;
  #same = 0;

  constructor(shape: ImageShape) {
    this.#length = inputLength(shape);
    this.#channels = shape.channels;
  }

  /** @param images row-major [count, height, width, channels] */
  add(images: Uint8Array): void {
    for (let start = 0; start < images.length; start += this.#length) {
      const image = images.subarray(start, start + this.#length);
      this.#first ??= image.slice();
      this.#count += 1;
      if (isPlain(image, this.#channels)) this.#plain += 1;
      if (Buffer.compare(image, this.#first) === 0) this.#same += 1;
    }
  }

  /** Images of one colour all over, whichever it is: their shapes are gone, but the colour may still tell one from another. */
  get plain(): number {
    return this.#plain;
  }

  /** All images are of one colour, each of its own perhaps. */
  get isAllPlain(): boolean {
    return this.#count > 0 && this.#plain === this.#count;
  }

  /** All images are the same one: nothing can be told from them. */
  get isAllSame(): boolean {
    return this.#count > 1 && this.#same === this.#count;
  }
}

function isPlain(image: Uint8Array, channels: number): boolean {
  for (let index = channels; index < image.length; index += 1) if (image[index] !== image[index - channels]) return false;
  return true;
}

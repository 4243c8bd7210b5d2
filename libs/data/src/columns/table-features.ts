import type { Attribute } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import type { BadInput, ImageShape, InputReader } from '../model/inputs.js';
import type { Encoder } from './encoder.js';
import { createEncoder, HASHED_SIZE, type NumberEncoding } from './encoders.js';

/**
 * The columns of a table as inputs: numbers by the training rows alone. Numbers get mean 0 and deviation 1, categories a number each, or
 * 64 hashed ones where there are many. A value that is missing is 0, which is the mean; so is each number of a category that no
 * training row has. A column with missing training values has one more number, which is 1 where the value is missing.
 */
export class TableFeatures implements InputReader {
  readonly shape: ImageShape;
  readonly values = 'floats';
  readonly count: number;
  /** Encoding costs so little that nothing need be kept on disk. */
  readonly identity = (): Promise<null> => Promise.resolve(null);
  readonly notes: readonly ReadingNote[];
  readonly #encoders: readonly Encoder[];

  /** @param training rows that the numbers are computed from, in the order in which they are summed */
  constructor(features: readonly Attribute[], training: Uint32Array, numbers: NumberEncoding = 'standardised') {
    this.#encoders = features.map((feature) => createEncoder(feature, training, numbers));
    this.count = features[0]?.values.length ?? 0;
    this.shape = { height: 1, width: 1, channels: this.#encoders.reduce((sum, { size }) => sum + size, 0) };
    this.notes = features.filter((_, index) => this.#encoders[index]?.isHashed).map((feature): ReadingNote => {
      const count = feature.kind === 'category' ? feature.categories.length.toLocaleString('en-US') : '';
      return { kind: 'notice', text: `column ${feature.name}: its ${count} categories are hashed into ${HASHED_SIZE} numbers` };
    });
  }

  read(first: number, end: number): Promise<{ readonly inputs: Float32Array; readonly bad: readonly BadInput[] }> {
    const { channels } = this.shape;
    const inputs = new Float32Array((end - first) * channels);
    for (let row = first; row < end; row += 1) {
      let offset = (row - first) * channels;
      for (const { size, encode } of this.#encoders) {
        encode(row, inputs, offset);
        offset += size;
      }
    }
    return Promise.resolve({ inputs, bad: [] });
  }
}

import { MISSING, type Attribute } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import type { BadInput, ImageShape, InputReader } from '../model/inputs.js';
import { UNKNOWN, type Encoder } from './encoder.js';
import { createEncoder, HASHED_SIZE } from './encoders.js';
import { fitColumn, type NumberEncoding } from './fit-column.js';
import type { FittedColumn } from './fitted-column.js';

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
  /** What was fitted to the training rows, in the order of the columns. */
  readonly columns: readonly FittedColumn[];
  readonly #encoders: readonly FeatureEncoder[];

  /** @param training rows that the numbers are computed from, in the order in which they are summed */
  constructor(features: readonly Attribute[], training: Uint32Array, numbers: NumberEncoding = 'standardised') {
    this.columns = features.map((feature) => fitColumn(feature, training, numbers));
    this.#encoders = features.map((feature, index) => featureEncoder(feature, this.columns[index] as FittedColumn));
    this.count = features[0]?.values.length ?? 0;
    this.shape = { height: 1, width: 1, channels: this.#encoders.reduce((sum, { encoder: { size } }) => sum + size, 0) };
    this.notes = features.filter((_, index) => this.columns[index]?.encoding === 'hashed').map((feature): ReadingNote => {
      const count = feature.kind === 'category' ? feature.categories.length.toLocaleString('en-US') : '';
      return { kind: 'notice', text: `column ${feature.name}: its ${count} categories are hashed into ${HASHED_SIZE} numbers` };
    });
  }

  read(first: number, end: number): Promise<{ readonly inputs: Float32Array; readonly bad: readonly BadInput[] }> {
    const { channels } = this.shape;
    const inputs = new Float32Array((end - first) * channels);
    for (let row = first; row < end; row += 1) {
      let offset = (row - first) * channels;
      for (const { encoder, values, places } of this.#encoders) {
        const value = values[row] as number;
        encoder.encode(places === null || value === MISSING ? value : places[value] as number, inputs, offset);
        offset += encoder.size;
      }
    }
    return Promise.resolve({ inputs, bad: [] });
  }
}

/** The encoder of a feature, and its values. */
interface FeatureEncoder {
  readonly encoder: Encoder;
  readonly values: Attribute['values'];
  /** Of each of its categories: the index among those of the training rows, or UNKNOWN. Null: it is a number. */
  readonly places: Uint32Array | null;
}

function featureEncoder(feature: Attribute, column: FittedColumn): FeatureEncoder {
  const [encoder, { values }] = [createEncoder(column), feature];
  if (feature.kind === 'number' || column.kind === 'number') return { encoder, values, places: null };
  const indexOf = new Map(column.categories.map((category, index) => [category, index]));
  return { encoder, values, places: Uint32Array.from(feature.categories, (category) => indexOf.get(category) ?? UNKNOWN) };
}

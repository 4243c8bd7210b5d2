import { asSeen, RowEncoder, type Preprocessing, type TableRow } from '@lethe/data';
import { LetheError } from '@lethe/errors';

/**
 * Examples in memory. Images: bytes 0 to 255 (Uint8Array, Uint8ClampedArray), or numbers from -1 to 1 (Float32Array), row-major
 * [examples, height, width, channels]. Vectors: Float32Array [examples, length]. A table: its rows, each an object with a value for each
 * column that the run was trained with. Of an own reader: what it gives as inputs.
 */
export type MemoryExamples = Uint8Array | Uint8ClampedArray | Float32Array | readonly TableRow[];

/** Turns examples in memory into inputs, as the run reads files. */
export class MemoryReader {
  readonly #preprocessing: Preprocessing;
  readonly #rows: RowEncoder | null;
  readonly #length: number;

  constructor(preprocessing: Preprocessing) {
    this.#preprocessing = preprocessing;
    this.#rows = preprocessing.kind === 'table' ? new RowEncoder(preprocessing) : null;
    this.#length = 'height' in preprocessing
      ? preprocessing.height * preprocessing.width * preprocessing.channels : preprocessing.length;
  }

  /** Inputs as the networks see them. @throws LetheError DATA_INVALID for examples of another kind or shape than the run's */
  read(examples: MemoryExamples, notice: (line: string) => void): Float32Array {
    if (Array.isArray(examples)) return this.#readRows(examples as readonly TableRow[], notice);
    const values = examples as Uint8Array | Uint8ClampedArray | Float32Array;
    if (this.#rows !== null) throw invalid('rows of a table, as objects', `a ${values.constructor.name}`);
    const preprocessing = this.#preprocessing;
    const isFloats = values instanceof Float32Array;
    const areFloats = preprocessing.kind === 'vectors' || (preprocessing.kind === 'own' && preprocessing.values === 'floats');
    if (areFloats && !isFloats) throw invalid(`${this.#inWords()} as a Float32Array`, `a ${values.constructor.name}`);
    if (values.length === 0 || values.length % this.#length !== 0) {
      throw invalid(`a multiple of ${this.#length} numbers: ${this.#inWords()}`, `${values.length}`);
    }
    if (isFloats) return values;
    return asSeen(new Uint8Array(values.buffer, values.byteOffset, values.length));
  }

  #readRows(rows: readonly TableRow[], notice: (line: string) => void): Float32Array {
    if (this.#rows === null) throw invalid(`numbers (${this.#inWords()})`, 'rows of a table');
    if (rows.length === 0) throw invalid('a row', 'none');
    const inputs = this.#rows.encodeRows(rows);
    for (const { text } of this.#rows.takeNotes()) notice(`warning: ${text}`);
    return inputs;
  }

  #inWords(): string {
    const preprocessing = this.#preprocessing;
    if (!('height' in preprocessing)) return `vectors of ${preprocessing.length}`;
    const { kind, height, width, channels } = preprocessing;
    return `${kind === 'own' ? 'examples' : 'images'} of ${height} x ${width} x ${channels}`;
  }
}

function invalid(expected: string, found: string): LetheError {
  return new LetheError('DATA_INVALID', `examples: expected ${expected}, found ${found}`);
}

import { openVectorFile } from '../formats/arrays/vector-file.js';
import type { Unpacking } from '../formats/archives/unpacking.js';
import { inBlocks } from '../inputs/block-reader.js';
import { invalidData } from '../invalid-data.js';
import type { RawTable } from '../model/column.js';
import type { ReadingNote } from '../model/examples.js';
import { shapeInWords, type InputReader } from '../model/inputs.js';

/** Vectors that are the inputs of a table's rows. */
export interface TableVectors {
  readonly inputs: InputReader;
  readonly notes: readonly ReadingNote[];
}

/** Opens a file with a vector for each row of a table. @throws LetheError DATA_INVALID, DATA_TOO_LARGE */
export async function openTableVectors(path: string, { where, count }: RawTable, unpacking: Unpacking): Promise<TableVectors> {
  const inputs = await openVectorFile(path, { unpacking });
  if (inputs.values === 'bytes') {
    const found = `images of ${shapeInWords(inputs.shape)} (numpy: array.reshape(len(array), -1).astype("float32") makes vectors)`;
    throw invalidData(path, 'a vector for each row of the table [rows, numbers]', found);
  }
  if (inputs.count !== count) {
    throw invalidData(path, `a vector for each of the ${inWords(count)} rows of ${where}`, `${inWords(inputs.count)} vectors`);
  }
  const text = `${path}: vectors of ${inWords(inputs.shape.channels)} numbers are the inputs; no column of ${where} is one`;
  return { inputs: inBlocks(inputs), notes: [{ kind: 'notice', text }] };
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}

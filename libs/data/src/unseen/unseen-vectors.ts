import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DataConfig } from '@lethe/config';
import { errorCode, LetheError } from '@lethe/errors';
import { Unpacking } from '../formats/archives/unpacking.js';
import { openVectorFile, VECTOR_FILE } from '../formats/arrays/vector-file.js';
import { requireFolder } from '../formats/lists/folder-files.js';
import { invalidData } from '../invalid-data.js';
import { shapeInWords } from '../model/inputs.js';
import { byCodeUnit } from '../name-order.js';
import { findVectors } from '../readers/table-place.js';
import type { HearNotes, UnseenExamples } from './unseen-examples.js';
import { unseenInputs } from './unseen-inputs.js';

/** A folder with a file of vectors. */
export interface UnseenVectors {
  readonly folder: string;
  readonly data: DataConfig;
  /** Numbers of each vector, as the run has them. */
  readonly length: number;
  readonly hear: HearNotes;
}

/** The vectors in a folder; no table need lie beside them. @throws LetheError DATA_MISSING, DATA_INVALID */
export async function openUnseenVectors({ folder, data, length, hear }: UnseenVectors): Promise<UnseenExamples> {
  const path = await vectorsIn(folder, data.reading.vectors);
  const reader = await openVectorFile(path, { unpacking: new Unpacking(data.unpackedGiB) });
  const expected = `vectors of ${length} numbers, as the run was trained with`;
  if (reader.values !== 'floats') throw invalidData(path, expected, `images of ${shapeInWords(reader.shape)}`);
  if (reader.shape.channels !== length) throw invalidData(path, expected, `vectors of ${reader.shape.channels} numbers`);
  const file = basename(path);
  return unseenInputs({ origin: path, reader, sourceOf: (row) => ({ file, row }), skipBad: 0, hear });
}

/** The file that the run's settings name, or `features` with one of the endings; else the only file of vectors. */
async function vectorsIn(folder: string, named: string | null): Promise<string> {
  await requireFolder(folder);
  const usual = await findVectors(folder, named).catch((error: unknown) => {
    if (named === null || errorCode(error) !== 'DATA_MISSING') throw error;
    return findVectors(folder, null);
  });
  if (usual !== null) return usual;
  const found = (await readdir(folder)).filter((name) => !name.startsWith('.') && VECTOR_FILE.test(name)).sort(byCodeUnit);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return join(folder, only);
  if (another !== undefined) throw invalidData(folder, 'one file of vectors, or one named features', found.join(', '));
  throw new LetheError('DATA_MISSING', `${folder}: expected a file of vectors (features.npy, .npz or .safetensors), found none`);
}

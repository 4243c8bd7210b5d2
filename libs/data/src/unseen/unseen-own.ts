import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { DataConfig } from '@lethe/config';
import { loadedReader } from '../own/loaded-reader.js';
import { placeWithoutName } from '../own/own-examples.js';
import { readDefined } from '../own/read-defined.js';
import { invalidData } from '../invalid-data.js';
import { shapeInWords } from '../model/inputs.js';
import type { OwnPreprocessing } from '../preprocessing/preprocessing.js';
import type { ExampleSource, HearNotes, UnseenExamples } from './unseen-examples.js';
import { unseenInputs } from './unseen-inputs.js';

/** A folder that a run's own reader reads. */
export interface UnseenOwn {
  readonly folder: string;
  readonly preprocessing: OwnPreprocessing;
  readonly data: DataConfig;
  readonly seed: number;
  readonly hear: HearNotes;
}

/**
 * The examples that the reader of the run's module finds in a folder; their attributes are not looked at.
 * @throws LetheError CODE_MISSING, CONFIG_INVALID, and what the reader throws, also while they are read
 */
export async function openUnseenOwn({ folder, preprocessing, data, seed, hear }: UnseenOwn): Promise<UnseenExamples> {
  const reader = loadedReader(data);
  const isMade = reader.definition.folder === 'none';
  const { origin, inputs, where, notes } = await readDefined({
    ...reader, data: { ...data, folder: isMade ? null : folder }, seed, isUnseen: true,
  });
  if (inputs === null) throw new TypeError('an own reader gives inputs');
  const expected = `examples of ${shapeInWords(preprocessing)} as ${preprocessing.values}, as the run was trained with`;
  if (shapeInWords(inputs.shape) !== shapeInWords(preprocessing) || inputs.values !== preprocessing.values) {
    throw invalidData(origin, expected, `examples of ${shapeInWords(inputs.shape)} as ${inputs.values}`);
  }
  hear(notes);
  return unseenInputs({
    origin, reader: inputs, skipBad: data.reading.skipBad, hear,
    sourceOf: (example) => sourceOf({ where: where(example), origin, example, folder }),
  });
}

interface NamedExample {
  /** What the reader calls it. */
  readonly where: string;
  readonly origin: string;
  readonly example: number;
  readonly folder: string;
}

/** The name of an example as a path below the folder; its number where it has no name. */
function sourceOf({ where, origin, example, folder }: NamedExample): ExampleSource {
  if (where === placeWithoutName(origin, example)) return { file: 'example', row: example };
  const path = isAbsolute(where) ? relative(folder, where) : relative(folder, resolve(folder, where));
  const isBelow = path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return isBelow ? { file: path.replaceAll(sep, '/'), row: null } : { file: 'example', row: example };
}

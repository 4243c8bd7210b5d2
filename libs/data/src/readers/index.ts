import { PLAIN_AVATARS, PLAIN_CELEBA, PLAIN_TABLE, type DataConfig, type DataKind } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { Examples } from '../model/examples.js';
import { loadedReader, type LoadedReader } from '../own/loaded-reader.js';
import { readDefined } from '../own/read-defined.js';
import { readAvatars } from './avatars.js';
import { readCeleba } from './celeba/celeba.js';
import { colouredMnist } from './coloured-mnist.js';
import { readIdxFolder } from './idx.js';
import { readImages } from './images.js';
import { readMnist } from './mnist.js';
import type { ReaderOptions } from './reader.js';
import { readTableFolder } from './table.js';

/**
 * Reads the data of one population, as the settings have them.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID, CODE_MISSING
 */
export type PopulationReader = (data: DataConfig, options: ReaderOptions) => Promise<Examples>;

/**
 * The reader of every kind of data of one population. A further kind is a row here and one in the table of kinds
 * (libs/config/src/data-kinds.ts); several populations are read in `domains`.
 */
export const READERS: Readonly<Record<Exclude<DataKind, 'domains'>, PopulationReader>> = {
  mnist: (_, options) => readMnist(null, options),
  'coloured-mnist': defined(() => ({ definition: colouredMnist, placeOf: () => null })),
  avatars: ({ avatars }, options) => readAvatars(avatars ?? PLAIN_AVATARS, options),
  idx: (data, options) => readIdxFolder(folderOf(data), options),
  images: (data, options) => readImages(folderOf(data), options),
  celeba: (data, options) => readCeleba({ folder: folderOf(data), config: data.celeba ?? PLAIN_CELEBA }, options),
  table: (data, options) => readTableFolder({ folder: folderOf(data), config: data.table ?? PLAIN_TABLE, roles: 'said' }, options),
  own: defined(loadedReader),
};

/** A reader that `defineData` defines: one of Lethe's own, or one of a module of the user. */
function defined(find: (data: DataConfig) => LoadedReader): PopulationReader {
  return (data, { seed }) => readDefined({ ...find(data), data, seed, isUnseen: false });
}

function folderOf({ kind, folder }: DataConfig): string {
  if (folder !== null) return folder;
  throw new LetheError('CONFIG_INVALID', `data.folder: expected a folder with the ${kind} to read, found none`, { details: { kind } });
}

import type { DataConfig } from '@lethe/config';
import { tableOf } from '../preprocessing/describe-preprocessing.js';
import type { Preprocessing } from '../preprocessing/preprocessing.js';
import type { HearNotes, UnseenExamples } from './unseen-examples.js';
import { openUnseenImages } from './unseen-images.js';
import { openUnseenOwn } from './unseen-own.js';
import { openUnseenPictures } from './unseen-pictures.js';
import { openUnseenTable } from './unseen-table.js';
import { openUnseenVectors } from './unseen-vectors.js';

/** Examples of a user, and the run whose networks are to see them. */
export interface UnseenRequest {
  /** Absolute path of the folder with the examples. */
  readonly folder: string;
  /** Pictures in the place of the folder: absolute paths of files and of folders of them. Default: what the folder holds. */
  readonly pictures?: readonly string[] | null;
  readonly preprocessing: Preprocessing;
  /** How the run reads files. */
  readonly data: DataConfig;
  /** The run's. */
  readonly seed: number;
  readonly hear: HearNotes;
}

/**
 * Opens examples that need no labels, of the kind that a run was trained on, by what it fitted to its own training examples.
 * @throws LetheError CONFIG_INVALID for pictures of a run of other data, DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, and CODE_MISSING if an
 * own reader is not loaded, also while they are read
 */
export function openUnseenExamples({ folder, pictures = null, preprocessing, data, seed, hear }: UnseenRequest): Promise<UnseenExamples> {
  if (pictures !== null) return openUnseenPictures({ pictures, preprocessing, data, hear });
  switch (preprocessing.kind) {
    case 'images':
      return openUnseenImages({ folder, preprocessing, data, hear });
    case 'table':
      return openUnseenTable({ folder, preprocessing, data, table: tableOf(data), hear });
    case 'vectors':
      return openUnseenVectors({ folder, data, length: preprocessing.length, hear });
    case 'own':
      return openUnseenOwn({ folder, preprocessing, data, seed, hear });
  }
}

import type { DataConfig } from '@lethe/config';
import { tableOf } from '../preprocessing/describe-preprocessing.js';
import type { Preprocessing } from '../preprocessing/preprocessing.js';
import type { HearNotes, UnseenExamples } from './unseen-examples.js';
import { openUnseenImages } from './unseen-images.js';
import { openUnseenTable } from './unseen-table.js';
import { openUnseenVectors } from './unseen-vectors.js';

/** Examples of a user, and the run whose networks are to see them. */
export interface UnseenRequest {
  /** Absolute path of the folder with the examples. */
  readonly folder: string;
  readonly preprocessing: Preprocessing;
  /** How the run reads files. */
  readonly data: DataConfig;
  readonly hear: HearNotes;
}

/**
 * Opens examples that need no labels, of the kind that a run was trained on, by what it fitted to its own training examples.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, also while they are read
 */
export function openUnseenExamples({ folder, preprocessing, data, hear }: UnseenRequest): Promise<UnseenExamples> {
  switch (preprocessing.kind) {
    case 'images':
      return openUnseenImages({ folder, preprocessing, data, hear });
    case 'table':
      return openUnseenTable({ folder, preprocessing, data, table: tableOf(data), hear });
    case 'vectors':
      return openUnseenVectors({ folder, data, length: preprocessing.length, hear });
  }
}

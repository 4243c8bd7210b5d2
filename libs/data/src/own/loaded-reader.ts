import type { DataConfig } from '@lethe/config';
import { definitionOf, placeInCode } from '@lethe/code';
import { LetheError } from '@lethe/errors';
import type { DataDefinition } from './define-data.js';

/** A reader of a module of the user. */
export interface LoadedReader {
  readonly definition: DataDefinition;
  /** Where in the user's sources an error was thrown; null: not there. */
  readonly placeOf: (error: unknown) => string | null;
}

/**
 * The reader that the settings name, whose code this process has loaded.
 * @throws LetheError CONFIG_INVALID if they name none, CODE_MISSING if its code is not loaded
 */
export function loadedReader({ own }: Pick<DataConfig, 'own'>): LoadedReader {
  if (own === null) throw new LetheError('CONFIG_INVALID', 'data.own: expected the reader of the data (--data READER.ts), found none');
  return { definition: definitionOf(own.code) as DataDefinition, placeOf: (error) => placeInCode(error, own.code) };
}

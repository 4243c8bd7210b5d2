import { readerSettings, type DataConfig } from '@lethe/config';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import type { Examples } from '../model/examples.js';
import type { DataDefinition, DataRequest, OwnExamples } from './define-data.js';
import { ownExamples } from './own-examples.js';

/** What a defined reader is to read. */
export interface DefinedReading {
  readonly definition: DataDefinition;
  readonly data: Pick<DataConfig, 'folder' | 'own' | 'reading'>;
  readonly seed: number;
  /** Whether inputs alone are wanted, of examples that no run has seen. */
  readonly isUnseen: boolean;
  /** Where in its sources the reader threw an error; null: that is not known. */
  readonly placeOf: (error: unknown) => string | null;
}

/**
 * The examples of a reader that `defineData` defines, checked.
 * @throws LetheError DATA_INVALID for what cannot be examples and for a reader that throws, CONFIG_INVALID for its settings, and what
 * errors with a code the reader throws
 */
export async function readDefined({ definition, data, seed, isUnseen, placeOf }: DefinedReading): Promise<Examples> {
  const { name, read } = definition;
  const { own, reading } = data;
  const settings = readerSettings(definition, own?.settings ?? {});
  const folder = folderOf(definition, data.folder);
  const all = await called({ name, placeOf }, () => read({ folder, settings, seed, isUnseen }));
  const { label, domain, group, categories, numbers } = isUnseen ? UNKNOWN : reading.columns;
  const given = isUnseen ? inputsAlone(all) : all;
  const origin = folder ?? `the reader ${name}`;
  const examples = await called({ name, placeOf }, () => ownExamples(given, {
    reader: name, origin, roles: { label, domain, group }, kinds: { categories, numbers },
  }));
  const { inputs } = examples;
  if (inputs === null) return examples;
  const identity = async (): Promise<string | null> => {
    const said = await inputs.identity();
    // The reader says when its files change; what it makes of them changes with its code and with what it is asked for.
    return said === null ? null : JSON.stringify([own?.code ?? null, name, folder, own?.settings ?? {}, seed, isUnseen, said]);
  };
  return { ...examples, inputs: { ...inputs, identity, read: (first, end) => called({ name, placeOf }, () => inputs.read(first, end)) } };
}

/** Of examples that no run has seen. */
const UNKNOWN = { label: null, domain: null, group: null, categories: [], numbers: [] };

/** Their attributes may be missing, or others. */
function inputsAlone(all: OwnExamples): OwnExamples {
  const { label: _label, domain: _domain, group: _group, ...others } = all;
  return others;
}

function folderOf({ name, folder }: DataDefinition, given: string | null): DataRequest['folder'] {
  if (folder === 'none' && given !== null) {
    throw new LetheError('CONFIG_INVALID', `data.folder: expected no folder for the reader ${name}, which reads none, found ${given}`);
  }
  if (folder === 'needed' && given === null) {
    throw new LetheError('CONFIG_INVALID', `data.folder: expected a folder for the reader ${name} (--data-dir), found none`);
  }
  return given;
}

/** What a function of the reader gives. Its errors get its name and their place. */
async function called<Result>(
  { name, placeOf }: { readonly name: string; readonly placeOf: DefinedReading['placeOf'] }, call: () => Promise<Result> | Result,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (errorCode(error) !== undefined) throw error;
    const place = placeOf(error);
    const where = `the reader ${name} fails${place === null ? '' : ` at ${place}`}`;
    const kind = error instanceof Error ? `${error.name}: ` : '';
    throw new LetheError('DATA_INVALID', `${where}: ${kind}${errorMessage(error)}`, { details: { thrown: error } });
  }
}


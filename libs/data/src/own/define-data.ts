import { LetheError } from '@lethe/errors';
import { z } from 'zod';

/** Parts of a data set: learnt from, kept back and scored while the run learns, and measured at the end. */
export type OwnSplit = 'train' | 'held-out' | 'test';

/** Values of an attribute, one of each example: words are categories, numbers are numbers; null (and NaN) is missing. */
export type OwnValues = readonly (string | null)[] | readonly (number | null)[]
  | Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Inputs of all examples after each other, or read by pieces. */
export type OwnInputs = OwnArray | OwnPieces;

interface OwnForm {
  /**
   * Of one example: `[numbers]` of a row or a vector, `[length, channels]` of a signal over time, `[height, width, channels]` of an
   * image. Lethe's own games see [examples, 1, 1, numbers], [examples, length, 1, channels] and [examples, height, width, channels]. A game
   * of one's own sees [examples, ...shape], but a signal of length 1 as a row and an image of width 1 as a signal: [1, n] becomes [n].
   */
  readonly shape: readonly number[];
}

/** Inputs in memory. */
export interface OwnArray extends OwnForm {
  /** Row-major [examples, ...shape]. Bytes are seen as -1 to 1, floats as they are. */
  readonly values: Float32Array | Uint8Array;
}

/** Inputs that are read when they are needed: of many examples, few are in memory at a time. */
export interface OwnPieces extends OwnForm {
  /** Examples `first` to `end` (excluded), row-major [end - first, ...shape]; always the same kind of numbers. */
  readonly read: (first: number, end: number) => Promise<Float32Array | Uint8Array> | Float32Array | Uint8Array;
  /**
   * Text that is another whenever the files behind the inputs are (paths, sizes and times): what was read is then kept in the machine's
   * cache for the other processes, and for later runs with the same code, settings and seed. Left out: every process reads for itself.
   */
  readonly identity?: string | undefined;
}

/** What a reader gives: examples in a fixed order, the same for the same folder, settings and seed on every machine. */
export interface OwnExamples {
  readonly inputs: OwnInputs;
  /** What is known of each example beside its inputs, by name: what may be kept, forgotten or measured. */
  readonly attributes?: Readonly<Record<string, OwnValues>> | undefined;
  /** How many there are; left out: as many as there are values of an attribute or a split, or as `values` holds. */
  readonly count?: number | undefined;
  /** The attribute that is the label, as `--keep label` has it; numbers there are names. */
  readonly label?: string | undefined;
  /** The attribute that names the population of each example. */
  readonly domain?: string | undefined;
  /** The attribute that says which examples belong together: none of its groups is on two sides of a split. */
  readonly group?: string | undefined;
  /** Of each example; left out: test examples are drawn, a share of each class. */
  readonly splits?: readonly OwnSplit[] | undefined;
  /** Share of each class that is drawn for testing if there are no `splits`; 1/6 if left out. */
  readonly testShare?: number | undefined;
  /** Of each example, above 0; left out: all weigh alike. */
  readonly weights?: readonly number[] | Float32Array | undefined;
  /** What an example is called in messages: "walk-03.wav, second 12". Left out: its number. */
  readonly where?: ((example: number) => string) | undefined;
  /** Sentences for the user about what was left out or changed. */
  readonly notes?: readonly string[] | undefined;
}

/** What is to be read. */
export interface DataRequest<Settings = unknown, Folder extends string | null = string | null> {
  /** Absolute path of the folder that `--data-dir` names. */
  readonly folder: Folder;
  /** As the reader's schema makes them: checked, with its defaults. */
  readonly settings: Settings;
  /** The run's seed, for what is drawn. */
  readonly seed: number;
  /** Whether inputs alone are wanted, of examples that no run has seen (`lethe encode`): their attributes and splits may be left out. */
  readonly isUnseen: boolean;
}

/** A reader of data that a module defines. */
export interface DataDefinition {
  readonly kind: 'lethe-data';
  readonly name: string;
  readonly settings: z.ZodType;
  /** `needed`: there has to be a folder (`--data-dir`); `none`: the reader makes its examples, and there is none. */
  readonly folder: 'needed' | 'none';
  readonly read: (request: DataRequest) => Promise<OwnExamples> | OwnExamples;
}

/** What `defineData` takes. */
export interface DataReaderParts<Schema extends z.ZodType, Folder extends DataDefinition['folder']> {
  /** Small letters, digits, - and _, with a letter first. */
  readonly name: string;
  /** Settings of the reader, an object with a default for each; left out: it has none. */
  readonly settings?: Schema;
  /** Whether it reads a folder (`--data-dir`): `needed`, which is usual, or `none`. */
  readonly folder?: Folder;
  readonly read: (
    request: DataRequest<z.output<Schema>, Folder extends 'none' ? null : string>,
  ) => Promise<OwnExamples> | OwnExamples;
}

const NAME = /^[a-z][a-z0-9_-]*$/;
const PARTS = ['name', 'settings', 'folder', 'read'];

/**
 * Defines how data are read that Lethe does not read by itself: the default export of the module that `--data ./reader.ts` names.
 * @throws LetheError DATA_INVALID for a definition that lacks something
 */
export function defineData<Schema extends z.ZodType = z.ZodObject, Folder extends DataDefinition['folder'] = 'needed'>(
  parts: DataReaderParts<Schema, Folder>,
): DataDefinition {
  const { name, settings = z.strictObject({}), folder = 'needed', read } = expectParts(parts);
  return { kind: 'lethe-data', name, settings, folder, read: read as DataDefinition['read'] };
}

/** The parts as programs in JavaScript may give them. */
function expectParts<Parts extends object>(parts: Parts): Parts {
  const given = parts as Readonly<Record<string, unknown>> | null;
  if (typeof given !== 'object' || given === null) throw refused('an object', shown(given));
  const { name, settings, folder, read } = given;
  if (typeof name !== 'string' || !NAME.test(name)) throw refused('a name of small letters, digits, - and _', shown(name));
  const unknown = Object.keys(given).find((key) => !PARTS.includes(key));
  if (unknown !== undefined) throw refused(`of its parts ${PARTS.join(', ')} alone`, unknown, name);
  if (typeof read !== 'function') throw refused('a function read', shown(read), name);
  if (folder !== undefined && folder !== 'needed' && folder !== 'none') {
    throw refused('a folder that is needed or none', shown(folder), name);
  }
  const parses = (settings as { safeParse?: unknown } | undefined)?.safeParse;
  if (settings !== undefined && typeof parses !== 'function') throw refused('settings as a zod schema of an object', shown(settings), name);
  return parts;
}

function refused(expected: string, found: string, name?: string): LetheError {
  return new LetheError('DATA_INVALID', `defineData${name === undefined ? '' : ` of ${name}`}: expected ${expected}, found ${found}`);
}

function shown(value: unknown): string {
  return value === undefined || typeof value === 'function' ? (value === undefined ? 'none' : 'a function') : JSON.stringify(value);
}

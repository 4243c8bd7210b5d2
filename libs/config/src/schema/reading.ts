import { z } from 'zod';
import { positiveInteger, share } from './numbers.js';

/** Names in files are compared in Unicode's composed form too. */
const column = z.string().normalize('NFC').min(1);

/** How files are read, whatever their kind. */
export const readingSchema = z.strictObject({
  /**
   * 2: transparent images lie on a background, names are compared in Unicode's composed form, pandas' words for a missing value are
   * missing. 1: as runs of versions 1 and 2 of the configuration read their data: transparent images lie on black, names are compared
   * byte by byte, and only an empty cell, ?, NA and NaN are missing.
   */
  rules: z.union([z.literal(1), z.literal(2)]),
  /** Columns of tables and lists by their names. Null: the column of that name (`file`, `label`, `domain`, `split`), if there is one. */
  columns: z.strictObject({
    file: column.nullable(),
    label: column.nullable(),
    domain: column.nullable(),
    split: column.nullable(),
    /** Examples of one group are never on two sides of a split; null: each example is for itself. */
    group: column.nullable(),
    /** Columns that are left out. */
    ignored: z.array(column),
    /** Columns that are read as numbers, and as categories, whatever their cells look like. */
    numbers: z.array(column),
    categories: z.array(column),
  }),
  /** File of vectors beside a table (npy, npz, safetensors); null: `features` with one of these endings, if it is there. */
  vectors: z.string().min(1).nullable(),
  /** No word about labels that differ in case or spaces alone. */
  labelsAsIs: z.boolean(),
  /** What transparent images lie on: white, black, or a colour like #8040c0. */
  background: z.string().regex(/^(white|black|#[0-9a-f]{6})$/, { error: 'white, black or a colour like #8040c0' }),
  /** Most images that cannot be read and are left out, as a share of all; 0: any of them is an error. */
  skipBad: share,
  /** Classes with fewer examples are left out; 1: none is. */
  minPerClass: positiveInteger,
  /** How numbers are written: the mark before the decimals, and the one between thousands (empty: none). */
  decimal: z.enum(['.', ',']),
  thousands: z.enum(['', '.', ',', ' ', '\'']),
  /** Bound on the inputs that one process keeps in memory, in MiB. Larger ones are read by pieces from a file in the cache. */
  memoryMiB: positiveInteger,
});

export type ReadingConfig = z.infer<typeof readingSchema>;

/** How data are read unless something else is said. */
export const READING: ReadingConfig = {
  rules: 2,
  columns: {
    file: null, label: null, domain: null, split: null, group: null, ignored: [], numbers: [], categories: [],
  },
  vectors: null, labelsAsIs: false, background: 'white', skipBad: 0, minPerClass: 1, decimal: '.', thousands: '', memoryMiB: 512,
};

/** How runs of versions 1 and 2 of the configuration read their data. */
export const EARLIER_READING: ReadingConfig = { ...READING, rules: 1, labelsAsIs: true, background: 'black' };

import { LetheError } from '@lethe/errors';
import { z } from 'zod';
import { fittedColumnSchema } from '../columns/fitted-column.js';

/** The version that is written now. */
export const PREPROCESSING_VERSION = 1;

const common = {
  version: z.literal(PREPROCESSING_VERSION),
  /** Of several populations, all of them, and the one that an example without another word counts as; null: there is one. */
  domains: z.strictObject({ names: z.array(z.string()), countsAs: z.string() }).nullable(),
};

const imagesSchema = z.strictObject({
  ...common, kind: z.literal('images'),
  height: z.int().positive(), width: z.int().positive(), channels: z.union([z.literal(1), z.literal(3)]),
  /** Whether images of another size or colour are brought to these (squashed, bilinear; libvips's luminance); else they are refused. */
  resizes: z.boolean(),
  /** What is taken of each image first: `count` rows from `first` on of one that has `of`, and as much of any other; null: all of it. */
  rows: z.strictObject({ first: z.int().min(0), count: z.int().positive(), of: z.int().positive() }).nullable().default(null),
  /** A byte x is seen as x / divisor + shift. */
  divisor: z.number(), shift: z.number(),
  /** What transparent images lie on. */
  background: z.string(),
});

const tableSchema = z.strictObject({
  ...common, kind: z.literal('table'),
  /** Numbers of an example: those of all columns, one after the other. */
  length: z.int().positive(),
  columns: z.array(fittedColumnSchema).min(1),
  cells: z.strictObject({
    /** How numbers are written: the mark before the decimals, and the one between thousands (empty: none). */
    decimal: z.string(), thousands: z.string(),
    /**
     * The rules that cells are read by. By 1, digits that float64 cannot hold are a rounded number, and infinity is a word; by 2 these
     * digits are a name, and infinity is refused in a column of numbers.
     */
    rules: z.union([z.literal(1), z.literal(2)]).default(2),
    /** Words for a value that is not known. Where a column has the categories + and -, - is none. */
    missing: z.array(z.string()),
    /** Columns of numbers in which every other word is a missing value too. */
    wordsMissingIn: z.array(z.string()),
    /** By column: categories, each with the cells that mean it. */
    named: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
  }),
  /** The names of all columns of a file without a header; null: the first line has them. */
  header: z.array(z.string()).nullable(),
});

const vectorsSchema = z.strictObject({
  ...common, kind: z.literal('vectors'),
  /** Numbers of an example. */
  length: z.int().positive(),
});

const ownSchema = z.strictObject({
  ...common, kind: z.literal('own'),
  /** The reader of the run's module, which makes inputs of files. */
  reader: z.string(),
  /** Of a signal over time the width is 1, of a row of numbers height and width are. */
  height: z.int().positive(), width: z.int().positive(), channels: z.int().positive(),
  values: z.enum(['bytes', 'floats']),
  /** A number x of the reader is seen as x / divisor + shift. */
  divisor: z.number(), shift: z.number(),
});

const preprocessingSchema = z.discriminatedUnion('kind', [imagesSchema, tableSchema, vectorsSchema, ownSchema]);

/**
 * How the inputs of a run are made of a user's files, as plain JSON: all that was fitted to the training examples, so that they are not
 * needed any more.
 */
export type Preprocessing = z.infer<typeof preprocessingSchema>;
export type ImagesPreprocessing = z.infer<typeof imagesSchema>;
export type OwnPreprocessing = z.infer<typeof ownSchema>;
export type TablePreprocessing = z.infer<typeof tableSchema>;

/**
 * Preprocessing as it was written.
 * @param where names the file, for messages
 * @throws LetheError RUN_INVALID for what is none, or of another version
 */
export function parsePreprocessing(raw: unknown, where: string): Preprocessing {
  const parsed = preprocessingSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : `, ${issue.path.map(String).join('.')}`;
  const message = `${where}${place}: expected preprocessing of version ${PREPROCESSING_VERSION}, found ${issue?.message ?? 'another'}`;
  throw new LetheError('RUN_INVALID', message, { cause: parsed.error });
}

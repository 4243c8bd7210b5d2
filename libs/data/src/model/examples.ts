import type { Attribute } from './attributes.js';
import type { InputReader } from './inputs.js';

/** Parts of a data set. */
export const SPLITS = ['train', 'held-out', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** Something to say to the user about how data were read: what was left out or changed, or looks wrong. */
export interface ReadingNote {
  /** A warning is about what was perhaps not meant; a notice says what was done. */
  readonly kind: 'notice' | 'warning';
  readonly text: string;
}

/** How a column was read, for the data report: "number, 3 missing". */
export interface ColumnDescription { readonly name: string; readonly description: string }

/** Which examples belong together. */
export interface Groups {
  /** Of each example: the index of its group. */
  readonly indices: Uint32Array;
  /** What the group of an example is called in messages. */
  readonly nameOf: (example: number) => string;
}

/**
 * What every reader gives: examples with inputs and attributes, in a fixed order. Nothing has been drawn yet, and inputs have not been
 * decoded.
 */
export interface Examples {
  /** Folder or file, for messages. */
  readonly origin: string;
  readonly count: number;
  /** Null for a table: its features are the inputs. */
  readonly inputs: InputReader | null;
  /** Columns that are inputs, if there are no others. */
  readonly features: readonly Attribute[];
  /** All other columns: what may be learnt, forgotten or measured. */
  readonly attributes: readonly Attribute[];
  /** Names of the attributes that are the label and the domain; null: there is none. */
  readonly label: string | null;
  readonly domain: string | null;
  /** Of each example: its split, as the data say; null: to be drawn. */
  readonly splits: readonly Split[] | null;
  /** Share of each class that is drawn for testing, where the data do not say. */
  readonly testShare: number;
  /** Of each example: positive; null: all alike. */
  readonly weights: Float32Array | null;
  /** What stays on one side of every split; null: each example is for itself. */
  readonly groups: Groups | null;
  /** Place of an example, for messages: "labels.csv, line 7". */
  readonly where: (example: number) => string;
  /** Of all columns of its table or list, in their order; none where there is no such file. */
  readonly columns: readonly ColumnDescription[];
  readonly notes: readonly ReadingNote[];
}

/** Share of each class of images that is drawn for testing. */
export const TEST_SHARE = 1 / 6;

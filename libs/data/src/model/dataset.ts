import type { Attribute } from './attributes.js';
import type { ImageShape, Inputs } from './inputs.js';
import type { ColumnDescription, ReadingNote } from './examples.js';
import type { ForgottenFacts, KeptAndForgotten, KeptFacts } from './kept-and-forgotten.js';
import type { Preprocessing } from '../preprocessing/preprocessing.js';

/** The examples of a split, as steps and figures take them. */
export interface Dataset extends KeptAndForgotten {
  readonly count: number;
  /** Inputs of all examples of the data, and the row in them of each example of this split. */
  readonly inputs: Inputs;
  readonly rows: Uint32Array;
  /** Class index 0 .. classes.length - 1 of each example, or MISSING. */
  readonly labels: Uint32Array;
  /** Index of the population that each example is from, in the facts' domains. */
  readonly domains: Uint32Array;
  /** Everything else that is known of the examples. */
  readonly attributes: readonly Attribute[];
  /** Positive; null: all alike. */
  readonly weights: Float32Array | null;
  /** Index of the group of each example; null: no groups. */
  readonly groups: Uint32Array | null;
}

/** A population that examples are from. */
export interface DomainFacts {
  readonly name: string;
  readonly trainCount: number;
  /** Training examples that have a label. */
  readonly labelledCount: number;
  readonly testCount: number;
  /** Labels of test examples that no training example has; these examples count as having none. */
  readonly otherLabels: readonly LabelCount[];
}

export interface LabelCount { readonly name: string; readonly count: number }

/** What every process must agree on before it computes with the data. */
export interface DataFacts {
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  /** Training examples, those that are held out among them. */
  readonly trainCount: number;
  readonly testCount: number;
  /** Training examples that the data themselves hold out; null: the settings say how many are drawn. */
  readonly heldOutCount: number | null;
  /** One, unless the data are of several populations; the target comes last. */
  readonly domains: readonly DomainFacts[];
  /** In the order of the settings; of what is forgotten, the combination of all comes last. None with domain adaptation. */
  readonly kept: readonly KeptFacts[];
  readonly forgotten: readonly ForgottenFacts[];
  /** SHA-256 (hex) over shapes, examples, labels and domains, and over what is kept and forgotten unless that is the label alone. */
  readonly fingerprint: string;
}

/** Which of the attributes are what. */
export interface AttributeRoles {
  /** Null: there is none, or the examples have several names for it. */
  readonly label: string | null;
  readonly domain: string | null;
  /** Attributes that are inputs as well: the columns of a table. */
  readonly inputs: readonly string[];
}

/** Data as a run uses them. */
export interface DataSource {
  readonly facts: DataFacts;
  readonly train: Dataset;
  readonly test: Dataset;
  /** Training examples that the data themselves hold out, ascending; null: they are drawn. */
  readonly heldOut: Uint32Array | null;
  /** How each column of their table or list was read; none where there is no such file. */
  readonly columns: readonly ColumnDescription[];
  readonly roles: AttributeRoles;
  /** How inputs are made of files, fitted to the training examples. */
  readonly preprocessing: Preprocessing;
  /** Place of a row of the inputs, for messages: "labels.csv, line 7". */
  readonly placeOf: (row: number) => string;
  /** What is to be said about how they were read. */
  readonly notes: readonly ReadingNote[];
}

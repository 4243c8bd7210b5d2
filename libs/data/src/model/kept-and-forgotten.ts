/** Something that features are to forget, as categories: a number is cut into ten parts of about as many training examples each. */
export interface ForgottenFacts {
  /** As the settings name it; of a combination: "sex x race". */
  readonly name: string;
  /** The attributes that it is: one, or those that are combined. */
  readonly of: readonly string[];
  /** Those that training examples have, in order. */
  readonly categories: readonly string[];
  /** Training examples of each category, those that are held out among them. */
  readonly counts: readonly number[];
  /** [class of the label][category], of the training examples that have both; empty if it is the label. */
  readonly countsByLabel: readonly (readonly number[])[];
  /** Training examples without a value. */
  readonly missing: number;
  /** Of a number cut into parts: the mean of the training examples of each part, in its own unit. Null: it is no number. */
  readonly means: readonly number[] | null;
  /** It is the label: a batch has it as `labels`. */
  readonly isLabel: boolean;
}

/** Something that features are to keep. */
export type KeptFacts = KeptCategory | KeptNumber;

export interface KeptCategory {
  readonly kind: 'category';
  readonly name: string;
  /** Those that training examples have, in order. */
  readonly categories: readonly string[];
  /** Training examples of each, those that are held out among them. */
  readonly counts: readonly number[];
  /** Training examples without a value. */
  readonly missing: number;
  readonly isLabel: boolean;
}

export interface KeptNumber {
  readonly kind: 'number';
  readonly name: string;
  /** Of the training examples that have a value, in its own unit. */
  readonly mean: number;
  readonly deviation: number;
  readonly missing: number;
  /** Ten parts of about as many training examples each, for probes: their names, the least value of each but the first, their means. */
  readonly categories: readonly string[];
  readonly bounds: readonly number[];
  readonly means: readonly number[];
  readonly isLabel: false;
}

/** Values of what a run keeps and forgets, by the examples of a split, in the order of the facts. */
export interface KeptAndForgotten {
  /** Categories: an index or MISSING. Numbers: with mean 0 and deviation 1 over the training examples, or NaN. */
  readonly kept: readonly (Uint32Array | Float64Array)[];
  /** An index or MISSING. */
  readonly forgotten: readonly Uint32Array[];
}

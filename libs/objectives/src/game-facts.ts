/** What a game must know of a run besides its own settings. */
export interface GameFacts {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Number of classes of the label. */
  readonly classes: number;
  /** Their names, in the order of a batch's. */
  readonly classNames: readonly string[];
  /** Names of all domains. */
  readonly domains: readonly string[];
  /** Attributes that the features are to keep, in the order of a batch's. */
  readonly kept: readonly KeptAttribute[];
  /** Attributes that they are to forget, likewise. */
  readonly forgotten: readonly ForgottenAttribute[];
  /** Whether the examples of the domains without labels are learnt from. */
  readonly adapts: boolean;
  readonly totalRounds: number;
}

export type KeptAttribute = KeptCategory | KeptNumber;

export interface KeptCategory {
  readonly kind: 'category';
  readonly name: string;
  readonly categories: readonly string[];
  /** Training examples without a value. */
  readonly missing: number;
  /** Whether it is the label of the data, which a batch has by itself. */
  readonly isLabel: boolean;
}

/** A number, which a batch has with mean 0 and deviation 1 over the training examples. */
export interface KeptNumber {
  readonly kind: 'number';
  readonly name: string;
  readonly missing: number;
  readonly isLabel: false;
}

/** Everything that is forgotten is seen as categories: a number is cut into parts. */
export interface ForgottenAttribute {
  readonly name: string;
  /** The columns that it combines; a single one unless it is a combination. */
  readonly of: readonly string[];
  readonly categories: readonly string[];
  /** Training examples of each category. */
  readonly counts: readonly number[];
  /** Training examples [class of the label][category]. */
  readonly countsByLabel: readonly (readonly number[])[];
  readonly missing: number;
  readonly isLabel: boolean;
}

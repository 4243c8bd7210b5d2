/** Examples of one shape, whole in memory. */
export interface Dataset {
  /**
   * Row-major [count, height, width, channels]: bytes, which networks see as -1 to 1, or float32, which they see as they are.
   * A table is images of a single pixel with a channel for each of its features.
   */
  readonly images: Uint8Array | Float32Array;
  /** Class index 0 .. classes.length - 1 of each example, or UNLABELLED. */
  readonly labels: Uint8Array;
  /** Index of the population that each example is from, in the facts' domains. */
  readonly domains: Uint8Array;
  readonly count: number;
  readonly shape: ImageShape;
}

export interface ImageShape { readonly height: number; readonly width: number; readonly channels: number }

/** The label of an example whose class is not known, or is left out. */
export const UNLABELLED = 255;

/** A population that examples are from. */
export interface DomainFacts {
  readonly name: string;
  readonly trainCount: number;
  /** Training examples that have a label. */
  readonly labelledCount: number;
  readonly testCount: number;
  /** Labels of its test examples that are learnt nowhere, so that these count as unlabelled; absent: none. */
  readonly otherLabels?: readonly { readonly name: string; readonly count: number }[];
}

/** What every process must agree on before it computes with the data. */
export interface DataFacts {
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  readonly trainCount: number;
  readonly testCount: number;
  /** One, unless the data are of several populations; the target comes last. */
  readonly domains: readonly DomainFacts[];
  /** SHA-256 (hex) over shapes, examples, labels and domains. */
  readonly fingerprint: string;
}

export interface DataSource { readonly facts: DataFacts; readonly train: Dataset; readonly test: Dataset }

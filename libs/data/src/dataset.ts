/** A labelled set of images of one size, whole in memory as bytes. */
export interface Dataset {
  /** Row-major [count, height, width, channels]. */
  readonly images: Uint8Array;
  /** Class index 0 .. classes.length - 1 of each image. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly shape: ImageShape;
}

export interface ImageShape { readonly height: number; readonly width: number; readonly channels: number }

/** What every process must agree on before it computes with the data. */
export interface DataFacts {
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  readonly trainCount: number;
  readonly testCount: number;
  /** SHA-256 (hex) over shapes, images and labels. */
  readonly fingerprint: string;
}

export interface DataSource { readonly facts: DataFacts; readonly train: Dataset; readonly test: Dataset }

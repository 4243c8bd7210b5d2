import type { ExampleSource } from '@lethe/data';

/** Features of some examples, and where these come from. */
export interface EncodedPiece {
  readonly sources: readonly ExampleSource[];
  /** [sources.length, size]. */
  readonly features: Float32Array;
}

/** A file of features that is written piece by piece. */
export interface FeatureFile {
  write(piece: EncodedPiece): Promise<void>;
  /** Writes what comes last, such as how many there are, and closes the file. */
  finish(): Promise<void>;
  /** Closes the file, whatever is in it. */
  abandon(): Promise<void>;
}

/** How a kind of file is written. */
export interface FeatureFormat {
  /** Whether it holds where the examples come from; else a file of names is written beside it. */
  readonly holdsSources: boolean;
  /** @param path of a file that does not exist yet; `size`: features of an example */
  readonly create: (path: string, size: number) => Promise<FeatureFile>;
}

/** How a feature is called where columns have names, counted from 1. */
export function featureName(index: number): string {
  return `feature_${index + 1}`;
}

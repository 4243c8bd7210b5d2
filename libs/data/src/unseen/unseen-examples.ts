import type { ReadingNote } from '../model/examples.js';

/** Where an example comes from. */
export interface ExampleSource {
  /** Relative to the folder, with forward slashes. */
  readonly file: string;
  /** Of a file that holds several examples: the place in it, counted from 0 and without a header. Null: the file is the example. */
  readonly row: number | null;
}

/** Some examples, in the order of their files. */
export interface UnseenPiece {
  readonly count: number;
  /** As the networks see them, row-major [count, height, width, channels]. */
  readonly inputs: Float32Array;
  readonly sources: readonly ExampleSource[];
  /** Of all that is to be read, how much has been: 0 to 1. */
  readonly share: number;
}

/** Examples that a run has never seen, without labels, as inputs of its networks. */
export interface UnseenExamples {
  /** Folder or file, for messages. */
  readonly origin: string;
  /** The examples, few enough at a time that memory stays as it is. Can be read once. */
  readonly pieces: AsyncGenerator<UnseenPiece>;
}

/** Hears what there is to say: when files are opened, and when all are read of categories that the run never saw, and of missing values. */
export type HearNotes = (notes: readonly ReadingNote[]) => void;

import type { CompiledFunction } from './loaded-networks.js';

/** Some examples, and what redraws them. */
export interface DrawnPiece {
  readonly inputs: Float32Array;
  /** Of the PNG of each, below its folder. */
  readonly files: readonly string[];
  readonly redraw: CompiledFunction;
}

/** What is to be drawn of every example. */
export interface DrawingPlan {
  /** What they are redrawn as. */
  readonly told: readonly string[];
  /** Folders of its own, in that of the output, which no file of an example may be in. */
  readonly folders: readonly string[];
  readonly draw: (piece: DrawnPiece) => Promise<void>;
  /** What there is to say when all are drawn. */
  readonly said: () => readonly string[];
}

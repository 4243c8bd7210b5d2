/** Parameters with their optimiser state, element by element. */
export interface OptimizerBuffers {
  readonly values: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
}

/** Elements [from, to) of the buffers are to be updated. */
export interface RangeUpdate {
  readonly from: number;
  readonly to: number;
  /** The gradient of just these elements, before `gradientScale`. */
  readonly gradient: Float32Array;
  /** Float32 factor on the gradient: 1 / shards, times the clipping factor. */
  readonly gradientScale: number;
  /** Updated in place. */
  readonly state: OptimizerBuffers;
}

/** What the elements of one commit have in common. */
export interface UpdateStep {
  /** Learning rate of this commit. */
  readonly rate: number;
  /** The rule's scalars after `advance`. */
  readonly scalars: Readonly<Record<string, number>>;
}

/**
 * How an optimiser turns (values, slots, gradient) into the next values and slots, in place and element by element, so any
 * partition into ranges gives the same bits. What is begun has to be finished: the state before is gone.
 * Every operation is rounded to float32; nothing it stores is subnormal.
 */
export interface UpdateRule {
  /** Per-element state, zero at the start. */
  readonly slotNames: readonly string[];
  /** State shared by all elements, float32 numbers. */
  readonly initialScalars: Readonly<Record<string, number>>;
  /** The scalars of the next commit out of the current ones; once per commit. */
  advance(scalars: Readonly<Record<string, number>>): Record<string, number>;
  update(range: RangeUpdate, step: UpdateStep): void;
}

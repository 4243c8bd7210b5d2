import type { Tensor } from '@tensorflow/tfjs';

import type { HeldVector } from './held-vector.js';

/** Element types a step can be given. The step itself sees uint8 as float32 with the same values, 0 to 255. */
export type InputType = 'float32' | 'int32' | 'uint8';

/** One input of a step. */
export interface InputSpecification {
  readonly shape: readonly number[];
  readonly type: InputType;
}

/** The inputs of a step, by name. */
export type Signature<Input extends string = string> = Readonly<Record<Input, InputSpecification>>;

/**
 * A pure function of named tensors. It is run once to be traced, so that every decision it takes in JavaScript is taken for good. It
 * must not read values back, use other tensors or draw random numbers in JavaScript.
 */
export type StepFunction<Input extends string = string, Output extends string = string> = (
  inputs: Readonly<Record<Input, Tensor>>,
) => Readonly<Record<Output, Tensor>>;

/** Values of one input; a held vector stands for a float32 input of one dimension. */
export type InputValues = Float32Array | Int32Array | Uint8Array | HeldVector;

/** A step that takes and returns plain arrays. */
export interface CompiledStep<Input extends string = string, Output extends string = string> {
  readonly name: string;
  readonly signature: Signature<Input>;
  /** Inputs that an output depends on. The others need not be given. */
  readonly needs: ReadonlySet<Input>;
  /** Known after tracing; undefined on engines without graphs until the first run. */
  readonly outputShapes: Readonly<Record<Output, readonly number[]>> | undefined;
  /**
   * Runs to the end on this thread. The inputs may be reused as soon as it returns; every output is float32 and new.
   * `shared` is a result, for the same inputs, of the computation that this step shares with others, and saves computing it.
   */
  run(inputs: Readonly<Partial<Record<Input, InputValues>>>, shared?: SharedValues): Readonly<Record<Output, Float32Array>>;
  /** Frees the graph. */
  dispose(): void;
}

/**
 * What several steps all compute from the same inputs (an encoder's features, read by every phase of a round), so that
 * it is computed once. Engines without graphs share nothing, and every step computes all of it.
 */
export interface SharedComputation {
  /** Inputs that must be the same for all steps that use one result. */
  readonly inputs: readonly string[];
  /** Computes it. Steps compiled together may then be given the result; it stays with the engine until disposed. */
  run(inputs: Readonly<Partial<Record<string, InputValues>>>): SharedValues;
}

/** Tensors that stay with the engine and are never read out. */
export interface SharedValues {
  dispose(): void;
}

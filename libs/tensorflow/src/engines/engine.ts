import type * as tfjs from '@tensorflow/tfjs';

import type { Operations } from '../operations/operations.js';
import type { CompiledStep, SharedComputation, Signature, StepFunction } from '../steps/compiled-step.js';
import type { HeldVector } from '../steps/held-vector.js';

/** Which implementation computes: TensorFlow itself, tfjs on WebAssembly, or tfjs in JavaScript (tests only). */
export type EngineName = 'native' | 'wasm' | 'cpu';

/** A loaded tensor engine. One process uses one, loaded by `loadEngine`. */
export interface Engine {
  readonly name: EngineName;
  /** Version of TensorFlow (native) or tfjs. */
  readonly version: string;
  /** Identifies the files that compute; null where the version alone does. */
  readonly build: string | null;
  readonly device: 'cpu' | 'gpu';
  /** Whether `compile` makes a graph, or a function that runs op by op. */
  readonly graphs: boolean;
  /** The tfjs module, for what `operations` lacks. */
  readonly tf: typeof tfjs;
  readonly operations: Operations;
  /** Prepares compiled steps to compute once what all of them compute from the named inputs. */
  share(steps: readonly CompiledStep[], inputs: readonly string[]): SharedComputation;
  /** Memory for values that will be held: `hold` copies them once less. */
  vector(length: number): Float32Array;
  /** Keeps a vector for steps to read; the values are copied. */
  hold(values: Float32Array): HeldVector;
  /** Makes a step that takes and returns plain arrays. Errors name it. */
  compile<Input extends string, Output extends string>(
    name: string,
    step: StepFunction<Input, Output>,
    signature: Signature<Input>,
  ): Promise<CompiledStep<Input, Output>>;
}

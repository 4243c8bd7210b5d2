import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

import type { CompiledStep, InputSpecification, InputValues, Signature, StepFunction } from './compiled-step.js';
import { EagerHeldVector } from './held-vector.js';
import { runPurely } from './pure-run.js';
import { checkInputs } from './step-inputs.js';

/** What a step is made of. */
interface EagerStepParts<Input extends string, Output extends string> {
  readonly tf: typeof tfjs;
  /** Lets `tf` compute on the backend of the step's engine. */
  readonly activate: () => void;
  readonly name: string;
  readonly step: StepFunction<Input, Output>;
  readonly signature: Signature<Input>;
}

/** A step that runs operation by operation, behind the same interface as a graph. */
export class EagerStep<Input extends string, Output extends string> implements CompiledStep<Input, Output> {
  outputShapes: Readonly<Record<Output, readonly number[]>> | undefined;
  readonly name: string;
  readonly signature: Signature<Input>;
  readonly needs: ReadonlySet<Input>;
  readonly #tf: typeof tfjs;
  readonly #activate: () => void;
  readonly #step: StepFunction<Input, Output>;

  constructor({ tf, activate, name, step, signature }: EagerStepParts<Input, Output>) {
    this.#tf = tf;
    this.#activate = activate;
    this.name = name;
    this.#step = step;
    this.signature = signature;
    this.needs = new Set(Object.keys(signature) as Input[]);
  }

  run(inputs: Readonly<Partial<Record<Input, InputValues>>>): Record<Output, Float32Array> {
    checkInputs(this.name, this, inputs);
    this.#activate();
    const values = {} as Record<Output, Float32Array>;
    const shapes = {} as Record<Output, readonly number[]>;
    this.#tf.tidy(() => {
      const tensors = {} as Record<Input, Tensor>;
      for (const name of Object.keys(this.signature) as Input[]) {
        tensors[name] = this.#tensor(this.signature[name], inputs[name] as InputValues);
      }
      const results = runPurely(this.#tf, this.name, () => this.#step(tensors));
      for (const [name, tensor] of Object.entries<Tensor>(results)) {
        shapes[name as Output] = tensor.shape;
        // A copy: engines may hand out a view of memory that they reuse.
        values[name as Output] = Float32Array.from(tensor.dataSync());
      }
    });
    this.outputShapes = shapes;
    return values;
  }

  dispose(): void {
    // Nothing is held between runs.
  }

  #tensor({ shape, type }: InputSpecification, values: InputValues): Tensor {
    if (values instanceof EagerHeldVector) return values.tensor;
    if (type === 'int32') return this.#tf.tensor(Int32Array.from(values as Int32Array), [...shape], 'int32');
    // A copy: tfjs keeps the array that it gets, and the caller may reuse it.
    return this.#tf.tensor(Float32Array.from(values as ArrayLike<number>), [...shape], 'float32');
  }
}

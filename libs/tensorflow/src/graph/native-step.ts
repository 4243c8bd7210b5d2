import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

import type { CompiledStep, InputType, InputValues, Signature, StepFunction } from '../compiled-step.js';
import { attributeWriters, type NativeBackend, type NativeBinding, nativeBackend } from '../native-backend.js';
import { NativeHeldVector } from '../held-vector.js';
import { checkInputs } from '../step-inputs.js';
import { Recorder } from './recorder.js';
import { encodeSavedModel, type GraphNode, savedModelTag } from './saved-model.js';
import { withoutRandomness } from './trace-guards.js';

/** A step as a graph: what to feed, what to fetch and the shapes that come out. */
interface Trace<Output extends string> {
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly { readonly name: Output; readonly place: string; readonly shape: readonly number[] }[];
}

/** Traces a step and loads it as a TensorFlow graph. */
export async function compileNativeStep<Input extends string, Output extends string>(
  tf: typeof tfjs,
  name: string,
  step: StepFunction<Input, Output>,
  signature: Signature<Input>,
): Promise<CompiledStep<Input, Output>> {
  const { binding } = nativeBackend(tf);
  const trace = traceStep(tf, name, step, signature);
  const session = await loadGraph(trace.nodes, binding);
  return new NativeStep({ name, signature, trace, session, binding });
}

/** Runs the step once on zeros, writing its operations down. */
function traceStep<Input extends string, Output extends string>(
  tf: typeof tfjs,
  name: string,
  step: StepFunction<Input, Output>,
  signature: Signature<Input>,
): Trace<Output> {
  const backend = nativeBackend(tf);
  const recorder = new Recorder(backend, name);
  const outputs: Trace<Output>['outputs'][number][] = [];
  tf.tidy(() => {
    recorder.record(() => {
      withoutRandomness(tf, name, () => {
        const results = step(traceInputs(backend, recorder, signature));
        for (const [output, tensor] of Object.entries<Tensor>(results)) {
          const place = recorder.placeOf(tf.cast(tensor, 'float32'));
          outputs.push({ name: output as Output, place, shape: tensor.shape });
        }
      });
    });
  });
  return { nodes: recorder.nodes, outputs };
}

function traceInputs<Input extends string>(
  backend: NativeBackend,
  recorder: Recorder,
  signature: Signature<Input>,
): Record<Input, Tensor> {
  const { binding } = backend;
  const inputs = {} as Record<Input, Tensor>;
  for (const name of inputNames(signature)) {
    const { shape, type } = signature[name];
    const tensor = backend.createOutputTensor(recorder.addInput(placeholder(name), shape, typeNumber(type, binding)));
    inputs[name] = type === 'uint8' ? uint8ToFloat(backend, tensor) : tensor;
  }
  return inputs;
}

function uint8ToFloat(backend: NativeBackend, tensor: Tensor): Tensor {
  const { type } = attributeWriters(backend.binding);
  const attributes = [type('SrcT', backend.binding.TF_UINT8), type('DstT', backend.binding.TF_FLOAT)];
  return backend.executeSingleOutput('Cast', attributes, [tensor]);
}

async function loadGraph(nodes: readonly GraphNode[], binding: NativeBinding): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-graph-'));
  try {
    await writeFile(join(folder, 'saved_model.pb'), encodeSavedModel(nodes, binding));
    return binding.loadSavedModel(folder, savedModelTag);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a loaded step is made of. */
interface NativeStepParts<Input extends string, Output extends string> {
  readonly name: string;
  readonly signature: Signature<Input>;
  readonly trace: Trace<Output>;
  readonly session: number;
  readonly binding: NativeBinding;
}

/** Calls the addon directly: tfjs's bookkeeping of tensors would cost more than it is worth here. */
class NativeStep<Input extends string, Output extends string> implements CompiledStep<Input, Output> {
  readonly name: string;
  readonly signature: Signature<Input>;
  readonly outputShapes: Readonly<Record<Output, readonly number[]>>;
  readonly #binding: NativeBinding;
  readonly #session: number;
  readonly #outputs: readonly Output[];
  readonly #inputPlaces: string;
  readonly #outputPlaces: string;

  constructor({ name, signature, trace, session, binding }: NativeStepParts<Input, Output>) {
    this.name = name;
    this.signature = signature;
    const { outputs } = trace;
    this.outputShapes = Object.fromEntries(outputs.map((output) => [output.name, output.shape])) as Record<Output, number[]>;
    this.#binding = binding;
    this.#session = session;
    this.#outputs = outputs.map((output) => output.name);
    this.#inputPlaces = inputNames(signature).map((input) => `${placeholder(input)}:0`).join(',');
    this.#outputPlaces = outputs.map(({ place }) => (place.includes(':') ? place : `${place}:0`)).join(',');
  }

  run(inputs: Readonly<Record<Input, InputValues>>): Record<Output, Float32Array> {
    checkInputs(this.name, this.signature, inputs);
    const fed: number[] = [];
    /** What this run made and must free; held vectors are their owner's. */
    const own: number[] = [];
    try {
      for (const name of inputNames(this.signature)) {
        const values: InputValues = inputs[name];
        if (values instanceof NativeHeldVector) {
          fed.push(values.handle);
          continue;
        }
        const { shape, type } = this.signature[name];
        const handle = this.#binding.createTensor(shape, typeNumber(type, this.#binding), values as Float32Array);
        fed.push(handle);
        own.push(handle);
      }
      const results = this.#binding.runSavedModel(this.#session, fed, this.#inputPlaces, this.#outputPlaces);
      for (const result of results) own.push(result.id);
      const values = {} as Record<Output, Float32Array>;
      this.#outputs.forEach((name, index) => {
        values[name] = this.#binding.tensorDataSync((results[index] as { id: number }).id) as Float32Array;
      });
      return values;
    } finally {
      for (const handle of own) this.#binding.deleteTensor(handle);
    }
  }

  dispose(): void {
    this.#binding.deleteSavedModel(this.#session);
  }
}

function inputNames<Input extends string>(signature: Signature<Input>): Input[] {
  return Object.keys(signature) as Input[];
}

function placeholder(input: string): string {
  return `input_${input}`;
}

function typeNumber(type: InputType, binding: NativeBinding): number {
  switch (type) {
    case 'float32':
      return binding.TF_FLOAT;
    case 'int32':
      return binding.TF_INT32;
    case 'uint8':
      return binding.TF_UINT8;
  }
}

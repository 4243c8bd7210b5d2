import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

import type { CompiledStep, InputValues, Signature, StepFunction } from '../compiled-step.js';
import { attributeWriters, type NativeBackend, type NativeBinding, nativeBackend } from '../native-backend.js';
import type { SharedComputation, SharedValues } from '../shared-computation.js';
import { checkInputs } from '../step-inputs.js';
import { feed, typeNumber } from './feed.js';
import { NativeSharedComputation, type NativeSharedValues, type Provider } from './native-sharing.js';
import { Recorder } from './recorder.js';
import { encodeSavedModel, type GraphNode, savedModelTag } from './saved-model.js';
import { findSharedNodes, type SharedPart, type SharingGraph } from './shared-nodes.js';
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
  return { nodes: reached(recorder.nodes, outputs.map(({ place }) => place)), outputs };
}

/** The nodes that the outputs depend on: what a step computed and did not use is no part of it. */
function reached(nodes: readonly GraphNode[], outputs: readonly string[]): GraphNode[] {
  const names = new Set<string>();
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const visit = (place: string): void => {
    const [name = ''] = place.replace(/^\^/, '').split(':');
    if (names.has(name)) return;
    names.add(name);
    byName.get(name)?.inputs.forEach(visit);
  };
  outputs.forEach(visit);
  return nodes.filter(({ name }) => names.has(name));
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
  readonly needs: ReadonlySet<Input>;
  readonly outputShapes: Readonly<Record<Output, readonly number[]>>;
  readonly graph: SharingGraph;
  readonly session: number;
  readonly #binding: NativeBinding;
  readonly #outputs: readonly Output[];
  readonly #outputPlaces: string;
  #shared: SharedPart | null = null;

  constructor({ name, signature, trace, session, binding }: NativeStepParts<Input, Output>) {
    this.name = name;
    this.signature = signature;
    const { nodes, outputs } = trace;
    this.outputShapes = Object.fromEntries(outputs.map((output) => [output.name, output.shape])) as Record<Output, number[]>;
    this.graph = { nodes, outputs: outputs.map(({ place }) => place) };
    const names = new Set(nodes.map(({ name: node }) => node));
    this.needs = new Set(inputNames(signature).filter((input) => names.has(placeholder(input))));
    this.session = session;
    this.#binding = binding;
    this.#outputs = outputs.map((output) => output.name);
    this.#outputPlaces = outputs.map(({ place }) => (place.includes(':') ? place : `${place}:0`)).join(',');
  }

  /** From now on results of the shared computation may be given to `run`. */
  share(part: SharedPart): void {
    this.#shared = part;
  }

  run(inputs: Readonly<Partial<Record<Input, InputValues>>>, shared?: SharedValues): Record<Output, Float32Array> {
    checkInputs(this.name, this, inputs);
    const part = shared === undefined ? null : this.#shared;
    const names = [...this.needs].filter((input) => part?.placeholders.has(placeholder(input)) ?? true);
    const places = names.map((input) => `${placeholder(input)}:0`);
    const fed = feed(this.#binding, this.signature, inputs, names);
    const handles = [...fed.handles];
    const own = [...fed.own];
    for (const [place, identity] of part?.taken ?? []) {
      places.push(place);
      handles.push((shared as NativeSharedValues).handles.get(identity) as number);
    }
    try {
      const results = this.#binding.runSavedModel(this.session, handles, places.join(','), this.#outputPlaces);
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
    this.#binding.deleteSavedModel(this.session);
  }
}

/** Prepares natively compiled steps to share what they compute alike from the named inputs. */
export function shareNatively(binding: NativeBinding, steps: readonly CompiledStep[], inputs: readonly string[]): SharedComputation {
  const native = steps.filter((step): step is NativeStep<string, string> => step instanceof NativeStep);
  const parts = findSharedNodes(native.map(({ graph }) => graph), new Set(inputs.map(placeholder)));
  const wanted = new Set(parts.flatMap(({ taken }) => [...taken.values()]));
  const providers: Provider[] = [];
  for (const [index, step] of native.entries()) {
    const { made } = parts[index] as SharedPart;
    const fetches = new Map([...made].filter(([identity]) => wanted.has(identity)));
    for (const identity of fetches.keys()) wanted.delete(identity);
    const feeds = new Map(inputs.filter((input) => step.needs.has(input)).map((input) => [input, `${placeholder(input)}:0`]));
    if (fetches.size > 0) providers.push({ session: step.session, signature: step.signature, feeds, fetches });
    step.share(parts[index] as SharedPart);
  }
  return new NativeSharedComputation(binding, inputs, providers);
}

function inputNames<Input extends string>(signature: Signature<Input>): Input[] {
  return Object.keys(signature) as Input[];
}

function placeholder(input: string): string {
  return `input_${input}`;
}

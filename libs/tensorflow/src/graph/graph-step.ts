import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type * as tfjs from '@tensorflow/tfjs';

import { signOwnership } from '@lethe/code';
import { type NativeBinding, nativeBackend } from '../native-backend.js';
import type { CompiledStep, InputValues, SharedComputation, SharedValues, Signature, StepFunction } from '../steps/compiled-step.js';
import { checkInputs } from '../steps/step-inputs.js';
import { feed } from './feed.js';
import { encodeSavedModel, type GraphNode, savedModelTag } from './saved-model.js';
import { GraphSharedComputation, type GraphSharedValues, type Provider } from './shared-computation.js';
import { findSharedNodes, type SharedPart, type SharingGraph } from './shared-nodes.js';
import { inputNames, placeholder, traceStep, type Trace } from './trace-step.js';

/** Traces a step and loads it as a TensorFlow graph. */
export function compileGraphStep<Input extends string, Output extends string>(
  tf: typeof tfjs,
  name: string,
  step: StepFunction<Input, Output>,
  signature: Signature<Input>,
): CompiledStep<Input, Output> {
  const { binding } = nativeBackend(tf);
  const trace = traceStep(tf, name, step, signature);
  const session = loadGraph(trace.nodes, binding);
  return new GraphStep({ name, signature, trace, session, binding });
}

/**
 * In one go, so that a process which is asked to end meanwhile ends when the folder is gone. Whoever is killed meanwhile leaves it to the
 * next: the folder says whose it is.
 */
function loadGraph(nodes: readonly GraphNode[], binding: NativeBinding): number {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-graph-'));
  try {
    signOwnership(folder);
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(nodes, binding));
    return binding.loadSavedModel(folder, savedModelTag);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a loaded step is made of. */
interface GraphStepParts<Input extends string, Output extends string> {
  readonly name: string;
  readonly signature: Signature<Input>;
  readonly trace: Trace<Output>;
  readonly session: number;
  readonly binding: NativeBinding;
}

/** Calls the addon directly: tfjs's bookkeeping of tensors would take time and is not needed here. */
class GraphStep<Input extends string, Output extends string> implements CompiledStep<Input, Output> {
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

  constructor({ name, signature, trace, session, binding }: GraphStepParts<Input, Output>) {
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
      handles.push((shared as GraphSharedValues).handles.get(identity) as number);
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

/** Prepares steps that are graphs to compute once what all of them compute from the named inputs. */
export function shareGraphs(binding: NativeBinding, steps: readonly CompiledStep[], inputs: readonly string[]): SharedComputation {
  const native = steps.filter((step): step is GraphStep<string, string> => step instanceof GraphStep);
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
  return new GraphSharedComputation(binding, inputs, providers);
}

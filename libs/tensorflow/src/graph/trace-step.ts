import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

import { attributeWriters, type NativeBackend, nativeBackend } from '../native-backend.js';
import type { Signature, StepFunction } from '../steps/compiled-step.js';
import { runPurely } from '../steps/pure-run.js';
import { dtypeOf } from './feed.js';
import { Recorder } from './recorder.js';
import type { GraphNode } from './saved-model.js';

/** A step as a graph: its nodes, and the place and shape of each output. */
export interface Trace<Output extends string> {
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly { readonly name: Output; readonly place: string; readonly shape: readonly number[] }[];
}

/** Traces a step: runs it once on zeros and records its operations. */
export function traceStep<Input extends string, Output extends string>(
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
      runPurely(tf, name, () => {
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

/** The nodes that the outputs depend on; what a step computed and did not use is left out. */
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
    const tensor = backend.createOutputTensor(recorder.addInput(placeholder(name), shape, dtypeOf(type, binding)));
    inputs[name] = type === 'uint8' ? uint8ToFloat(backend, tensor) : tensor;
  }
  return inputs;
}

function uint8ToFloat(backend: NativeBackend, tensor: Tensor): Tensor {
  const { type } = attributeWriters(backend.binding);
  const attributes = [type('SrcT', backend.binding.TF_UINT8), type('DstT', backend.binding.TF_FLOAT)];
  return backend.executeSingleOutput('Cast', attributes, [tensor]);
}

/** The names of a signature. */
export function inputNames<Input extends string>(signature: Signature<Input>): Input[] {
  return Object.keys(signature) as Input[];
}

/** The node that stands for an input in a graph. */
export function placeholder(input: string): string {
  return `input_${input}`;
}

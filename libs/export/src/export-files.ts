import { deployedFunctions, type DeployedFunction, type PredictedAttribute } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import type { Engine } from '@lethe/tensorflow';
import { computeCheck, TOLERANCE } from './check/compute-check.js';
import { npzFile } from './check/npz-file.js';
import { channelsFirst } from './graph/channels-first.js';
import { exportedNames } from './graph/exported-names.js';
import { elements, inputsOf, type GraphFunction, type Shape } from './graph/graph-node.js';
import { recordFunctions, type TrainedNetworks } from './graph/record-functions.js';
import { onnxModel } from './onnx/onnx-model.js';
import { graphModel } from './tensorflow/graph-model.js';
import { savedModel } from './tensorflow/saved-model.js';
import { tensorFlowGraph } from './tensorflow/tensorflow-graph.js';
import { faderNetworksFiles } from './torch/fader-networks.js';
import { modelProgram } from './torch/model-program.js';
import { modelTensors } from './torch/model-tensors.js';
import { namedConstants } from './torch/torch-names.js';

/** What is written down, and with what. */
export interface ExportOptions {
  readonly networks: TrainedNetworks;
  /** Computes what the networks give for the examples. */
  readonly engine: Engine;
  /** Examples as a batch of the run has them: float32 [examples, height, width, channels]. */
  readonly images: Float32Array;
  /** One line that says what the networks are. */
  readonly title: string;
  /** Of Lethe. */
  readonly version: string;
}

/** What a tensor says of examples: which category each is of, or a number. */
export type ExportedAttribute = PredictedAttribute;

/** A tensor that a function takes or gives; -1 is the number of examples. */
export interface ExportedTensor {
  readonly name: string;
  readonly shape: Shape;
  /** What a decoder is told (one-hot), or what is predicted (see `DeployedHead`); null: anything else. */
  readonly attribute: ExportedAttribute | null;
}

/** A function as the exported files have it: `NAME.onnx`, a signature of that name, nodes `NAME/OUTPUT` of tfjs. */
export interface ExportedFunction {
  readonly name: string;
  readonly inputs: readonly ExportedTensor[];
  readonly outputs: readonly ExportedTensor[];
}

export interface Exported {
  /** Contents by their paths, with / between their parts. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly functions: readonly ExportedFunction[];
  /** Numbers that were learnt or measured. */
  readonly parameters: number;
}

/** Writes trained networks down for other programs: every format from the same graph, with examples to check them by. */
export async function exportFiles({ networks, engine, images, title, version }: ExportOptions): Promise<Exported> {
  const functions = recordFunctions(networks);
  const check = await computeCheck(engine, networks, functions, images);
  const lowered = channelsFirst(functions);
  const constants = namedConstants(lowered);
  const graph = tensorFlowGraph(functions);
  const producer = { name: 'lethe', version };
  const { facts: { classes, domains } } = networks.description;
  const metadata = { title, classes: JSON.stringify(classes), domains: JSON.stringify(domains.map(({ name }) => name)), lethe: version };
  const tolerance = { name: 'tolerance', shape: [], values: Float32Array.of(TOLERANCE) };
  const files: [string, Uint8Array][] = [
    ['model.safetensors', modelTensors(constants, metadata)],
    ['model.py', Buffer.from(modelProgram(lowered, constants, title))],
    ...lowered.map((one): [string, Uint8Array] => [`${one.name}.onnx`, onnxModel(one, constants, producer)]),
    ...faderNetworksFiles(networks),
    ['saved_model/saved_model.pb', savedModel(graph)],
    ...[...graphModel(graph, `lethe ${version}`)].map(([name, bytes]): [string, Uint8Array] => [`tfjs/${name}`, bytes]),
    ['check.npz', npzFile([...check.inputs, ...check.outputs, tolerance])],
  ];
  return {
    files: new Map(files),
    functions: deployedFunctions(networks.description).map((one, index) => described(networks.description, one, functions[index])),
    parameters: constants.reduce((sum, { node }) => sum + (node.operation.name === null ? 0 : elements(node.shape)), 0),
  };
}

function described(description: RunDescription, { told, outputs }: DeployedFunction, recorded?: GraphFunction): ExportedFunction {
  if (recorded === undefined) throw new TypeError('a function was not recorded');
  const names = exportedNames(description);
  const attributes = new Map(told.map(({ name, categories, input }) => (
    [names.input(input, [categories.length]), { kind: 'category', name, categories } as const]
  )));
  return {
    name: recorded.name,
    inputs: inputsOf(recorded).map(({ operation: { name, shape } }) => ({ name, shape, attribute: attributes.get(name) ?? null })),
    outputs: recorded.outputs.map(({ name, node }, index) => ({ name, shape: node.shape, attribute: outputs[index]?.attribute ?? null })),
  };
}

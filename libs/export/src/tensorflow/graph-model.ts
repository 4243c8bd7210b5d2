import type { Shape } from '../graph/graph-node.js';
import {
  typeOfValues, type TensorFlowAttribute, type TensorFlowGraph, type TensorFlowNode, type TensorFlowPlace,
} from './tensorflow-node.js';

/** Bytes of a file of weights at most, as browsers like to cache them. */
const SHARD_BYTES = 4 * 1024 * 1024;

/** A model for `tf.loadGraphModel`, as files by name. */
export type GraphModelFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A graph as tfjs loads it: `model.json` and its weights. The signature is the first function's; the others are computed by naming the
 * nodes that they give, as `execute({ features, label }, 'decoder/images')`.
 */
export function graphModel({ nodes, functions }: TensorFlowGraph, writtenBy: string): GraphModelFiles {
  const constants = nodes.flatMap(({ name, attributes: { value } }) => (
    value !== undefined && 'values' in value ? [{ name, ...value }] : []
  ));
  const bytes = Buffer.concat(constants.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
  const count = Math.max(1, Math.ceil(bytes.length / SHARD_BYTES));
  const shards = Array.from({ length: count }, (_, index) => (
    [`group1-shard${index + 1}of${count}.bin`, bytes.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES)] as const
  ));
  const [first] = functions;
  const model = {
    format: 'graph-model',
    generatedBy: writtenBy,
    convertedBy: null,
    signature: first === undefined ? {} : { inputs: placesJson(first.inputs), outputs: placesJson(first.outputs) },
    modelTopology: { node: nodes.map(nodeJson), library: {}, versions: { producer: 1800 } },
    weightsManifest: [{
      paths: shards.map(([name]) => name),
      weights: constants.map(({ name, shape, values }) => ({ name, shape, dtype: values instanceof Float32Array ? 'float32' : 'int32' })),
    }],
  };
  return new Map<string, Uint8Array>([['model.json', Buffer.from(JSON.stringify(model))], ...shards]);
}

function placesJson(places: readonly TensorFlowPlace[]): Record<string, unknown> {
  return Object.fromEntries(places.map(({ name, node, shape }) => (
    [name, { name: `${node}:0`, dtype: 'DT_FLOAT', tensorShape: shapeJson(shape) }]
  )));
}

function nodeJson({ name, operation, inputs, attributes }: TensorFlowNode): unknown {
  const attr = Object.fromEntries(Object.entries(attributes).map(([attribute, value]) => [attribute, attributeJson(value)]));
  return { name, op: operation, ...(inputs.length === 0 ? {} : { input: inputs }), attr };
}

/** As protobuf's JSON mapping has it: integers as text, bytes in base64. The numbers of a constant lie beside the graph. */
function attributeJson(attribute: TensorFlowAttribute): unknown {
  if ('text' in attribute) return { s: Buffer.from(attribute.text).toString('base64') };
  if ('integer' in attribute) return { i: String(attribute.integer) };
  if ('float' in attribute) return { f: attribute.float };
  if ('flag' in attribute) return { b: attribute.flag };
  if ('type' in attribute) return { type: attribute.type };
  if ('values' in attribute) return { tensor: { dtype: typeOfValues(attribute.values), tensorShape: shapeJson(attribute.shape) } };
  if ('shape' in attribute) return { shape: shapeJson(attribute.shape) };
  return { list: { i: attribute.integers.map(String) } };
}

function shapeJson(shape: Shape): unknown {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

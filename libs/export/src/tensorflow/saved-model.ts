import { ProtobufWriter } from '@lethe/tensorflow';
import type { Shape } from '../graph/graph-node.js';
import {
  TYPES, typeOfValues, type TensorFlowAttribute, type TensorFlowFunction, type TensorFlowGraph, type TensorFlowNode, type TensorFlowPlace,
} from './tensorflow-node.js';

/** The tag that a model which is to be used is found by. */
const TAG = 'serve';
/** Version of the graph format that the operations are written in, and the least that a program must know to read it. */
const PRODUCER = 1800;
const CONSUMER = 12;
/** What TensorFlow calls a signature that predicts something. */
const METHOD = 'tensorflow/serving/predict';
/** The signature that programs take unless they are told which. */
const DEFAULT = 'serving_default';

/**
 * The bytes of `saved_model.pb`: a graph with a signature for each function, of which the first is the default one too. The numbers are the
 * fields of tensorflow/core/protobuf/{saved_model,meta_graph}.proto and framework/{graph,node_def,attr_value,tensor}.proto.
 */
export function savedModel({ nodes, functions }: TensorFlowGraph): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of nodes) graph.bytes(1, encodeNode(node));
  graph.bytes(4, new ProtobufWriter().integer(1, PRODUCER).integer(2, CONSUMER));
  const about = new ProtobufWriter().bytes(4, TAG);
  const metaGraph = new ProtobufWriter().bytes(1, about).bytes(2, graph);
  for (const [index, one] of functions.entries()) {
    if (index === 0) metaGraph.bytes(5, entry(DEFAULT, encodeSignature(one)));
    metaGraph.bytes(5, entry(one.name, encodeSignature(one)));
  }
  return new ProtobufWriter().integer(1, 1).bytes(2, metaGraph).finish();
}

function entry(key: string, value: ProtobufWriter): ProtobufWriter {
  return new ProtobufWriter().bytes(1, key).bytes(2, value);
}

function encodeSignature({ inputs, outputs }: TensorFlowFunction): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of inputs) writer.bytes(1, entry(input.name, encodePlace(input)));
  for (const output of outputs) writer.bytes(2, entry(output.name, encodePlace(output)));
  return writer.bytes(3, METHOD);
}

function encodePlace({ node, shape }: TensorFlowPlace): ProtobufWriter {
  return new ProtobufWriter().bytes(1, `${node}:0`).integer(2, TYPES.DT_FLOAT).bytes(3, encodeShape(shape));
}

function encodeNode({ name, operation, inputs, attributes }: TensorFlowNode): ProtobufWriter {
  const writer = new ProtobufWriter().bytes(1, name).bytes(2, operation);
  for (const input of inputs) writer.bytes(3, input);
  for (const [attribute, value] of Object.entries(attributes)) writer.bytes(5, entry(attribute, encodeAttribute(value)));
  return writer;
}

function encodeAttribute(attribute: TensorFlowAttribute): ProtobufWriter {
  const writer = new ProtobufWriter();
  if ('text' in attribute) return writer.bytes(2, attribute.text);
  if ('integer' in attribute) return writer.integer(3, attribute.integer);
  if ('float' in attribute) return writer.float(4, attribute.float);
  if ('flag' in attribute) return writer.integer(5, attribute.flag ? 1 : 0);
  if ('type' in attribute) return writer.integer(6, TYPES[attribute.type]);
  if ('values' in attribute) return writer.bytes(8, encodeTensor(attribute.values, attribute.shape));
  if ('shape' in attribute) return writer.bytes(7, encodeShape(attribute.shape));
  const list = new ProtobufWriter();
  for (const number of attribute.integers) list.integer(3, number);
  return writer.bytes(1, list);
}

function encodeTensor(values: Float32Array | Int32Array, shape: Shape): ProtobufWriter {
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new ProtobufWriter().integer(1, TYPES[typeOfValues(values)]).bytes(2, encodeShape(shape)).bytes(4, content);
}

function encodeShape(shape: Shape): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const size of shape) writer.bytes(2, new ProtobufWriter().integer(1, size));
  return writer;
}

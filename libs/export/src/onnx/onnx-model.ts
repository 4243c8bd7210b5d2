import { ProtobufWriter } from '@lethe/tensorflow';
import { BATCH, inputsOf, type GraphFunction, type Shape } from '../graph/graph-node.js';
import type { NamedConstant } from '../torch/torch-names.js';
import { onnxGraph, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './onnx-graph.js';

/** Version of the set of operations: the oldest that has all that is written here as it is written. */
const OPSET = 17;
/** Version of the file format that came with it: older and newer runtimes read it. */
const IR_VERSION = 8;

/** Element types and attribute types of onnx.proto. */
const ELEMENT = { float: 1, int64: 7 } as const;
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;

/** How the number of examples is named in shapes. */
const EXAMPLES = 'examples';

/**
 * The bytes of an ONNX file of a function with the channels first. The numbers are the fields of onnx/onnx.proto.
 *
 * @param constants names of the constants: the initialisers have them
 * @param producer name and version of the program that writes it
 */
export function onnxModel(
  one: GraphFunction, constants: readonly NamedConstant[], producer: { name: string; version: string },
): Uint8Array {
  const { nodes, tensors } = onnxGraph(one, constants);
  const graph = new ProtobufWriter();
  for (const node of nodes) graph.bytes(1, encodeNode(node));
  graph.bytes(2, one.name);
  for (const tensor of tensors) graph.bytes(5, encodeTensor(tensor));
  for (const { operation } of inputsOf(one)) graph.bytes(11, encodeValue(operation.name, operation.shape));
  for (const { name, node } of one.outputs) graph.bytes(12, encodeValue(name, node.shape));
  const opset = new ProtobufWriter().bytes(1, '').integer(2, OPSET);
  return new ProtobufWriter().integer(1, IR_VERSION).bytes(2, producer.name).bytes(3, producer.version).bytes(7, graph).bytes(8, opset)
    .finish();
}

function encodeNode({ name, operation, inputs, output, attributes }: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of inputs) writer.bytes(1, input);
  writer.bytes(2, output).bytes(3, name).bytes(4, operation);
  for (const [attribute, value] of Object.entries(attributes)) writer.bytes(5, encodeAttribute(attribute, value));
  return writer;
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().bytes(1, name);
  if ('float' in value) return writer.float(2, value.float).integer(20, ATTRIBUTE.float);
  if ('int' in value) return writer.integer(3, value.int).integer(20, ATTRIBUTE.int);
  for (const number of value.ints) writer.integer(8, number);
  return writer.integer(20, ATTRIBUTE.ints);
}

function encodeTensor({ name, shape, values }: OnnxTensor): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const size of shape) writer.integer(1, size);
  writer.integer(2, values instanceof Float32Array ? ELEMENT.float : ELEMENT.int64);
  return writer.bytes(8, name).bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function encodeValue(name: string, shape: Shape): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const size of shape) {
    dimensions.bytes(1, size === BATCH ? new ProtobufWriter().bytes(2, EXAMPLES) : new ProtobufWriter().integer(1, size));
  }
  const tensor = new ProtobufWriter().integer(1, ELEMENT.float).bytes(2, dimensions);
  return new ProtobufWriter().bytes(1, name).bytes(2, new ProtobufWriter().bytes(1, tensor));
}

import type { NativeBinding, OperationAttribute } from '../native-backend.js';
import { ProtobufWriter } from './protobuf-writer.js';

/** An attribute as it stands in a graph: what operations take, or a constant's contents. */
export type NodeAttribute = OperationAttribute | ConstantAttribute;

/** The contents of a `Const` node. */
export interface ConstantAttribute {
  readonly name: string;
  readonly constant: { readonly dtype: number; readonly shape: readonly number[]; readonly content: Uint8Array };
}

/** One operation of a graph; an input is `node` or `node:output`. */
export interface GraphNode {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly NodeAttribute[];
}

/** The tag a saved graph is loaded by. */
export const savedModelTag = 'serve';
/** Version of the graph format that the operations are written in; older ones change some operations' meaning. */
const graphProducer = 1800;

/**
 * A SavedModel file of one graph, without signatures: what to feed and fetch is named at run time.
 * The numbers are the fields of tensorflow/core/protobuf/{saved_model,meta_graph}.proto and framework/graph.proto.
 */
export function encodeSavedModel(nodes: readonly GraphNode[], binding: NativeBinding): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of inFixedOrder(nodes, binding)) graph.bytes(1, encodeNode(node, binding));
  graph.bytes(4, new ProtobufWriter().integer(1, graphProducer));
  const metaGraph = new ProtobufWriter().bytes(1, new ProtobufWriter().bytes(4, savedModelTag)).bytes(2, graph);
  return new ProtobufWriter().integer(1, 1).bytes(2, metaGraph).finish();
}

/** Names of a scalar that nothing reads, and of what gives it its value. */
const [ORDER, ORDER_VALUE] = ['order', 'order_value'];

/**
 * Has sums of several terms added as they were written. TensorFlow makes one sum of a tree of additions, in whichever order it finds its
 * terms, and in some graphs it does while in others that compute the same it does not. A node that waits for another is left as it is.
 */
function inFixedOrder(nodes: readonly GraphNode[], { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_SHAPE }: NativeBinding): GraphNode[] {
  const ordered = nodes.map((node) => (node.operation === 'Add' ? { ...node, inputs: [...node.inputs, `^${ORDER}`] } : node));
  const type = { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT };
  const value = { name: 'value', constant: { dtype: TF_FLOAT, shape: [], content: new Uint8Array(4) } };
  return [
    { name: ORDER_VALUE, operation: 'Const', inputs: [], attributes: [type, value] },
    // Not a constant: that others wait for one is taken out of a graph.
    {
      name: ORDER, operation: 'PlaceholderWithDefault', inputs: [ORDER_VALUE],
      attributes: [type, { name: 'shape', type: TF_ATTR_SHAPE, value: [] }],
    },
    ...ordered,
  ];
}

function encodeNode(node: GraphNode, binding: NativeBinding): ProtobufWriter {
  const writer = new ProtobufWriter().bytes(1, node.name).bytes(2, node.operation);
  for (const input of node.inputs) writer.bytes(3, input);
  for (const attribute of node.attributes) {
    writer.bytes(5, new ProtobufWriter().bytes(1, attribute.name).bytes(2, encodeAttribute(attribute, binding)));
  }
  return writer;
}

function encodeAttribute(attribute: NodeAttribute, binding: NativeBinding): ProtobufWriter {
  const writer = new ProtobufWriter();
  if ('constant' in attribute) return writer.bytes(8, encodeConstant(attribute.constant));
  const { type, value } = attribute;
  if (Array.isArray(value) && type !== binding.TF_ATTR_SHAPE) return writer.bytes(1, encodeList(attribute, binding));
  switch (type) {
    case binding.TF_ATTR_STRING:
      return writer.bytes(2, value as string);
    case binding.TF_ATTR_INT:
      return writer.integer(3, value as number);
    case binding.TF_ATTR_FLOAT:
      return writer.float(4, value as number);
    case binding.TF_ATTR_BOOL:
      return writer.integer(5, value ? 1 : 0);
    case binding.TF_ATTR_TYPE:
      return writer.integer(6, value as number);
    case binding.TF_ATTR_SHAPE:
      return writer.bytes(7, encodeShape(value as readonly number[]));
    default:
      throw new TypeError(`attribute ${attribute.name} has a type that graphs do not know: ${type}`);
  }
}

function encodeList({ name, type, value }: OperationAttribute, binding: NativeBinding): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const item of value as readonly (number | boolean)[]) {
    if (type === binding.TF_ATTR_INT) writer.integer(3, Number(item));
    else if (type === binding.TF_ATTR_FLOAT) writer.float(4, Number(item));
    else if (type === binding.TF_ATTR_BOOL) writer.integer(5, Number(item));
    else if (type === binding.TF_ATTR_TYPE) writer.integer(6, Number(item));
    else throw new TypeError(`list attribute ${name} has a type that graphs do not know: ${type}`);
  }
  return writer;
}

function encodeConstant({ dtype, shape, content }: ConstantAttribute['constant']): ProtobufWriter {
  return new ProtobufWriter().integer(1, dtype).bytes(2, encodeShape(shape)).bytes(4, content);
}

function encodeShape(shape: readonly number[]): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const size of shape) writer.bytes(2, new ProtobufWriter().integer(1, size));
  return writer;
}

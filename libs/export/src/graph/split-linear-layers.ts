import type { GraphBuilder } from './graph-builder.js';
import { nodesOf, outputNodes, type GraphFunction, type GraphNode, type OperationOf } from './graph-node.js';
import { sizeOf } from './infer-shape.js';
import { rewriteGraph } from './rewrite.js';
import { columnsOf, isKind } from './simplify.js';

interface Columns { readonly from: number; readonly to: number }

/**
 * A linear layer of which some columns are read and others are not becomes a layer of those columns: so the means of a code stand by
 * themselves, without their variances. Where several separate parts are read, each becomes a layer of its own.
 */
export function splitLinearLayers(builder: GraphBuilder, functions: readonly GraphFunction[]): GraphFunction[] {
  const given = outputNodes(functions);
  const nodes = nodesOf(given);
  const parts = new Map<GraphNode, readonly Columns[]>(nodes.filter((node) => isKind(node, 'linear')).flatMap((layer) => {
    const readers = nodes.filter(({ inputs }) => inputs.includes(layer)).map(columnsOf);
    const read = readers.filter((columns) => columns !== null);
    const isWhole = read.length < readers.length || given.includes(layer);
    return isWhole || coversAll(read, sizeOf(layer.shape, 1)) ? [] : [[layer, read] as const];
  }));
  const renew = rewriteGraph((node, inputs) => {
    const columns = columnsOf(node);
    const [layer] = node.inputs;
    const [renewed] = inputs;
    const split = layer === undefined ? undefined : parts.get(layer);
    if (columns === null || split === undefined || renewed === undefined) return builder.node(node.operation, ...inputs);
    const [x, weight, bias] = renewed.inputs;
    if (x === undefined || weight === undefined || bias === undefined) throw new TypeError('a linear layer has a weight and a bias');
    const suffix = split.length === 1 ? '' : `_from_${columns.from}`;
    const [ownWeight, ownBias] = [weight, bias].map((constant) => partOf(builder, constant, columns, suffix)) as [GraphNode, GraphNode];
    return builder.node({ kind: 'linear', channels: 'last' }, x, ownWeight, ownBias);
  });
  return functions.map(({ name, outputs }) => ({ name, outputs: outputs.map((one) => ({ ...one, node: renew(one.node) })) }));
}

function coversAll(read: readonly Columns[], columns: number): boolean {
  const sorted = [...read].sort((a, b) => a.from - b.from);
  const reached = sorted.reduce((end, { from, to }) => (from <= end ? Math.max(end, to) : end), 0);
  return reached >= columns;
}

/** Columns of a constant: of its last dimension. */
function partOf(builder: GraphBuilder, node: GraphNode, { from, to }: Columns, suffix: string): GraphNode {
  const { name, shape, values } = node.operation as OperationOf<'constant'>;
  const width = sizeOf(shape, shape.length - 1);
  const cut = new Float32Array((values.length / width) * (to - from));
  for (let row = 0; row * width < values.length; row += 1) {
    cut.set(values.subarray(row * width + from, row * width + to), row * (to - from));
  }
  const renamed = name === null ? null : name.replace(/\.([^.]*)$/, `${suffix}.$1`);
  const part = name === null ? {} : { part: { of: name, from, columns: width } };
  return builder.node({ kind: 'constant', name: renamed, shape: [...shape.slice(0, -1), to - from], values: cut, ...part });
}

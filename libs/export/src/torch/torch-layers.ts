import { nodesOf, outputNodes, type GraphFunction, type GraphNode } from '../graph/graph-node.js';
import { sizeOf } from '../graph/infer-shape.js';
import type { NamedConstant } from './torch-names.js';
import { evenBorder, pair } from './torch-expressions.js';

/** What the parts of a layer's state are called, in the order of the inputs of its operation. */
const PARTS = {
  linear: ['weight', 'bias'],
  conv2d: ['weight', 'bias'],
  conv2dTranspose: ['weight', 'bias'],
  batchNorm: ['weight', 'bias', 'running_mean', 'running_var'],
} as const;

/** PyTorch's own, which need not be said. */
const USUAL_EPSILON = 1e-5;

/** A layer of PyTorch: where it lies, and the code that makes it. */
export interface TorchLayer {
  /** "encoder.conv1". */
  readonly path: string;
  readonly code: string;
}

/** The layers of a model, by the nodes that they compute. */
export function torchLayers(functions: readonly GraphFunction[], constants: readonly NamedConstant[]): Map<GraphNode, TorchLayer> {
  const names = new Map<GraphNode, string>(constants.map(({ node, name }) => [node, name]));
  const nodes = nodesOf(outputNodes(functions));
  const found = new Map<GraphNode, TorchLayer>();
  const codes = new Map<string, string>();
  for (const node of nodes) {
    const path = layerPath(node, names);
    if (path === null) continue;
    const code = layerCode(node);
    // The same weights in another kind of layer are read as parameters.
    if ((codes.get(path) ?? code) !== code) continue;
    codes.set(path, code);
    found.set(node, { path, code });
  }
  return found;
}

/** The path that all constants of a layer share; null: they are no layer's. */
function layerPath({ operation: { kind }, inputs }: GraphNode, names: ReadonlyMap<GraphNode, string>): string | null {
  if (!(kind in PARTS)) return null;
  const parts = PARTS[kind as keyof typeof PARTS];
  const [, ...state] = inputs;
  const [path, ...others] = state.map((node, index) => {
    const name = names.get(node);
    const suffix = `.${parts[index] ?? ''}`;
    return name?.endsWith(suffix) === true ? name.slice(0, -suffix.length) : null;
  });
  const isWhole = kind !== 'batchNorm' || state.length === parts.length;
  return isWhole && path !== undefined && path !== null && others.every((other) => other === path) ? path : null;
}

function layerCode({ operation, inputs, rank }: GraphNode): string {
  const [, weight, bias] = inputs;
  const shape = weight?.shape ?? [];
  const withBias = bias === undefined ? ', bias=False' : '';
  switch (operation.kind) {
    case 'linear':
      return `nn.Linear(${sizeOf(shape, 1)}, ${sizeOf(shape, 0)})`;
    case 'conv2d':
      return `nn.Conv2d(${sizeOf(shape, 1)}, ${sizeOf(shape, 0)}, ${windowOf(shape)}`
        + `${window(operation.stride, evenBorder(operation.border))}${withBias})`;
    case 'conv2dTranspose': {
      const { added: { bottom, right }, cut, stride } = operation;
      const more = bottom === 0 && right === 0 ? '' : `, output_padding=${pair([bottom, right])}`;
      return `nn.ConvTranspose2d(${sizeOf(shape, 0)}, ${sizeOf(shape, 1)}, ${windowOf(shape)}${window(stride, evenBorder(cut))}`
        + `${more}${withBias})`;
    }
    case 'batchNorm':
      return `nn.BatchNorm${rank === 4 ? '2d' : '1d'}(${sizeOf(shape, 0)}`
        + `${operation.epsilon === USUAL_EPSILON ? '' : `, eps=${operation.epsilon}`})`;
    default:
      throw new TypeError(`${operation.kind} is no layer`);
  }
}

function windowOf(shape: readonly number[]): string {
  return pair([sizeOf(shape, 2), sizeOf(shape, 3)]);
}

function window(stride: number, padding: readonly [number, number] | null): string {
  const [rows, columns] = padding ?? [0, 0];
  return `${stride === 1 ? '' : `, stride=${stride}`}${rows === 0 && columns === 0 ? '' : `, padding=${pair([rows, columns])}`}`;
}

import { nodesOf, outputNodes, type GraphFunction, type GraphNode, type OperationOf } from '../graph/graph-node.js';
import { isKind } from '../graph/simplify.js';

/** A constant with the name that it has in `model.safetensors`, `model.py` and the ONNX files. */
export interface NamedConstant {
  readonly node: GraphNode & { readonly operation: OperationOf<'constant'> };
  /** "encoder.conv1.weight": words of letters, digits and underscores, as Python has them. */
  readonly name: string;
}

/** Where constants lie that the networks compute with and did not learn. */
export const CONSTANTS = 'constants';
/** Key in the metadata of `model.safetensors`: SHA-256 over its tensors. */
export const CHECKSUM = 'sha256';

/** Key in the metadata of `model.safetensors`: which tensors are columns of larger ones that a run has, as JSON (`ConstantPart`). */
export const PARTS = 'parts';

/** Words that mean something else to Python or to a module of PyTorch. */
const TAKEN = new Set([
  'and', 'as', 'assert', 'async', 'await', 'break', 'class', 'continue', 'def', 'del', 'elif', 'else', 'except', 'finally', 'for',
  'from', 'global', 'if', 'import', 'in', 'is', 'lambda', 'nonlocal', 'not', 'or', 'pass', 'raise', 'return', 'try', 'while', 'with',
  'yield', 'True', 'False', 'None', 'add_module', 'apply', 'bfloat16', 'buffers', 'children', 'compile', 'cpu', 'cuda', 'decode',
  'double', 'encode', 'eval', 'float', 'forward', 'half', 'modules', 'parameters', 'predict', 'requires_grad_', 'share_memory',
  'state_dict', 'to', 'train', 'training', 'type', 'xpu', 'zero_grad', CONSTANTS,
]);

/**
 * All constants of graphs, in the order in which they are read, those that were not learnt at the end. Single numbers without a name are
 * none of them: they are written out.
 */
export function namedConstants(functions: readonly GraphFunction[]): NamedConstant[] {
  const names = new Set<string>();
  let unnamed = 0;
  const named = nodesOf(outputNodes(functions)).flatMap((node): NamedConstant[] => {
    if (isNumber(node) || !isKind(node, 'constant')) return [];
    const { name: given } = node.operation;
    if (given === null) unnamed += 1;
    const wanted = given === null ? `${CONSTANTS}.constant${unnamed}` : torchName(given);
    let name = wanted;
    for (let copy = 2; names.has(name); copy += 1) name = wanted.replace(/([^.]*)$/, `$1_${copy}`);
    names.add(name);
    return [{ node, name }];
  });
  const isLearnt = ({ node }: NamedConstant): boolean => node.operation.name !== null;
  return [...named.filter(isLearnt), ...named.filter((constant) => !isLearnt(constant))];
}

/** Whether a node is a single number that has no name. */
export function isNumber(node: GraphNode): boolean {
  return isKind(node, 'constant') && node.operation.name === null && node.rank === 0;
}

/**
 * The name of a parameter in what is exported: each word a name of Python. Behind an @ is the name of a domain, whose points separate
 * nothing.
 */
export function torchName(name: string): string {
  const network = name.replace(/@[^]*(?=\.running_(?:mean|var)$)/, (domain) => domain.replaceAll('.', '_'));
  return network.split('.').map(pythonName).join('.');
}

/** A word as a name of Python that means nothing else to PyTorch. */
export function pythonName(word: string): string {
  const written = word.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9])/, '_');
  return TAKEN.has(written) || written === '' ? `${written}_` : written;
}

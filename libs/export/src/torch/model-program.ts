import {
  BATCH, inputsOf, nodesOf, outputNodes, type GraphFunction, type GraphNode, type OperationOf, type Shape,
} from '../graph/graph-node.js';
import { isKind } from '../graph/simplify.js';
import { bare, torchExpression, type TorchPlaces } from './torch-expressions.js';
import { torchLayers } from './torch-layers.js';
import { isNumber, type NamedConstant } from './torch-names.js';

/** A longer expression becomes a line of its own. */
const LONGEST_EXPRESSION = 96;

/** A call that does not fit takes several lines. */
const LONGEST_LINE = 112;

/** What the methods for the functions are called. */
const METHODS: Readonly<Record<string, string>> = { encoder: 'encode', decoder: 'decode', predictor: 'predict' };

/**
 * The text of `model.py`: functions with the channels first as a module of plain PyTorch.
 *
 * @param title one line that says what the networks are
 */
export function modelProgram(functions: readonly GraphFunction[], constants: readonly NamedConstant[], title: string): string {
  const layers = torchLayers(functions, constants);
  const names = new Map<GraphNode, string>(constants.map(({ node, name }) => [node, name]));
  const places: TorchPlaces = {
    constant: (node) => (
      isNumber(node) && isKind(node, 'constant') ? numberCode(node.operation.values[0] ?? 0) : `self.${names.get(node) ?? ''}`
    ),
    layer: (node) => {
      const layer = layers.get(node);
      return layer === undefined ? null : `self.${layer.path}`;
    },
  };
  const made = new Map([...layers.values()].map(({ path, code }) => [path, code]));
  return `${[
    `"""${title.replaceAll('\\', '\\\\').replaceAll('"', "'")}`, '',
    'Needs torch and safetensors. Images come and go as [examples, height, width, channels].', '"""', '',
    'import torch', 'import torch.nn.functional as F', 'from safetensors.torch import load_file', 'from torch import nn', '', '',
    'class Model(nn.Module):', '    def __init__(self):', '        super().__init__()',
    ...stateCode(constants, made).map((line) => `        ${line}`),
    ...functions.flatMap((one, index) => ['', ...methodCode(one, functions.slice(0, index), places).map((line) => `    ${line}`)]),
    '', '',
    "def load(file='model.safetensors'):", '    """The trained networks, ready to be used."""', '    model = Model()',
    '    model.load_state_dict(load_file(file))', '    return model.eval()',
  ].join('\n')}\n`;
}

/** Lines that make the layers and the parameters that belong to none. */
function stateCode(constants: readonly NamedConstant[], layers: ReadonlyMap<string, string>): string[] {
  const made = new Set<string>();
  return constants.flatMap(({ node, name }) => {
    const words = name.split('.');
    const path = words.slice(0, -1).join('.');
    const isLayer = layers.has(path);
    const containers = words.slice(0, isLayer ? -2 : -1).map((_, index) => words.slice(0, index + 1).join('.'));
    const lines = containers.filter((container) => !made.has(container) && !layers.has(container)).map((container) => {
      made.add(container);
      return `self.${container} = nn.Module()`;
    });
    if (!isLayer) return [...lines, parameterCode(node.operation, name, path)];
    if (made.has(path)) return lines;
    made.add(path);
    return [...lines, `self.${path} = ${layers.get(path) ?? ''}`];
  });
}

function parameterCode({ name: given, shape }: OperationOf<'constant'>, name: string, path: string): string {
  const empty = `torch.empty(${shape.length === 0 ? '()' : shape.join(', ')})`;
  const isLearnt = given !== null && !/\.running_(?:mean|var)$/.test(given);
  if (isLearnt) return `self.${name} = nn.Parameter(${empty})`;
  return `self${path === '' ? '' : `.${path}`}.register_buffer('${name.slice(path === '' ? 0 : path.length + 1)}', ${empty})`;
}

/** @param before functions that it may call */
function methodCode(one: GraphFunction, before: readonly GraphFunction[], places: TorchPlaces): string[] {
  const taken = inputsOf(one).map(({ operation: { name, shape } }) => `${name} ${shapeText(shape)}`);
  const given = one.outputs.map(({ name, node }) => `${name} ${shapeText(node.shape)}`);
  const text = `${taken.join(', ')} -> ${given.join(', ')}`;
  return [
    `def ${METHODS[one.name] ?? one.name}(self, ${argumentsOf(one)}):`,
    ...(text.length <= LONGEST_EXPRESSION ? [`    """${text}"""`]
      : ['    """', ...[`${taken.join(', ')} ->`, ...given.map((shown) => `  ${shown}`), '"""'].map((line) => `    ${line}`)]),
    ...bodyCode(one, before, places).map((line) => `    ${line}`),
  ];
}

function argumentsOf(one: GraphFunction): string {
  return inputsOf(one).map(({ operation }) => operation.name).join(', ');
}

/** Whether a function gives tensors by their names: what is predicted, however many attributes that is. */
function givesByName({ name }: Pick<GraphFunction, 'name'>): boolean {
  return name === 'predictor';
}

/** Statements: what is read once stands where it is read, as long as the line does not become too long. */
function bodyCode(one: GraphFunction, before: readonly GraphFunction[], places: TorchPlaces): string[] {
  const outputs = outputNodes([one]);
  const [single = null] = givesByName(one) ? [] : outputs;
  const called = new Map(before.filter((other) => !givesByName(other)).flatMap((other) => outputNodes([other]).map((node) => (
    [node, `self.${METHODS[other.name] ?? other.name}(${argumentsOf(other)})`] as const
  ))).filter(([node]) => node !== single));
  const nodes = nodesOf(outputs, (node) => called.has(node));
  const readers = new Map<GraphNode, number>();
  const read = [...nodes.flatMap(({ inputs }) => inputs), ...(givesByName(one) ? outputs : [])];
  for (const node of read) readers.set(node, (readers.get(node) ?? 0) + 1);
  const names = new Set(inputsOf(one).map(({ operation }) => operation.name));
  const code = new Map<GraphNode, string>();
  const lines: string[][] = [];
  let network = '';
  let variables = 0;
  const variable = (): string => {
    do variables += 1; while (names.has(`x${variables}`));
    return `x${variables}`;
  };
  for (const node of nodes) {
    if (isKind(node, 'input') || isKind(node, 'constant')) {
      code.set(node, isKind(node, 'input') ? node.operation.name : places.constant(node));
      continue;
    }
    const expression = called.get(node) ?? torchExpression(node, node.inputs.map((input) => code.get(input) ?? ''), places);
    if (node !== single && readers.get(node) === 1 && expression.length <= LONGEST_EXPRESSION / 2) {
      code.set(node, expression);
      continue;
    }
    const [, now = network] = /self\.(\w+)\./.exec(expression) ?? [];
    if (now !== network && now !== 'constants') lines.push([`# ${now}`]);
    network = now === 'constants' ? network : now;
    code.set(node, node === single ? '' : variable());
    lines.push(wrapped(node === single ? 'return ' : `${code.get(node) ?? ''} = `, bare(expression)));
  }
  if (single !== null) return lines.length === 0 ? [`return ${code.get(single) ?? ''}`] : lines.flat();
  const given = one.outputs.map(({ name, node }) => `'${name}': ${bare(code.get(node) ?? '')}`);
  const line = `return {${given.join(', ')}}`;
  return [...lines.flat(), ...(line.length <= LONGEST_EXPRESSION ? [line] : ['return {', ...given.map((entry) => `    ${entry},`), '}'])];
}

/** A long call has a line for each of its arguments. */
function wrapped(start: string, statement: string): string[] {
  const [, call = '', list = ''] = /^([\w.]+)\(([^()]*)\)$/.exec(statement) ?? [];
  if (start.length + statement.length <= LONGEST_LINE || call === '') return [`${start}${statement}`];
  return [`${start}${call}(`, ...list.split(', ').map((argument) => `    ${argument},`), ')'];
}

function shapeText(shape: Shape): string {
  return `[${shape.map((size) => (size === BATCH ? 'examples' : size)).join(', ')}]`;
}

/** The shortest text of a number that is read as the same float32. */
function numberCode(value: number): string {
  for (let digits = 1; digits < 10; digits += 1) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

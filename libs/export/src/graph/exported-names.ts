import { deployedHeads, toldAttributes, type DeployedFunction } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import { pythonName } from '../torch/torch-names.js';

/** What an encoder gives, and what a decoder makes examples of. */
export const FEATURES = 'features';

/** Names of tensors that no attribute has, and what else stands in `model.py`. */
const TAKEN = ['images', 'rows', FEATURES, 'domains', 'tolerance', 'self', 'torch', 'nn', 'F', 'load', 'load_file'];

/** What inputs and outputs of functions are called in all formats. */
export interface ExportedNames {
  /** @param shape of one example */
  readonly input: (batchInput: string, shape: readonly number[]) => string;
  /** In the order of the function's outputs. */
  readonly outputs: (one: DeployedFunction) => readonly string[];
}

/** Examples are `images` or `rows`; what is told or predicted has the name of its attribute, as Python can read it. */
export function exportedNames(description: RunDescription): ExportedNames {
  const told = toldAttributes(description);
  const names = attributeNames([...told.map(({ name }) => name), ...deployedHeads(description).map(({ attribute: { name } }) => name)]);
  const nameOf = (attribute: string): string => names.get(attribute) ?? attribute;
  return {
    input: (batchInput, shape) => {
      if (batchInput === 'images') return exampleName(shape);
      const attribute = told.find(({ input }) => input === batchInput);
      return attribute === undefined ? batchInput.replace('.', '_') : nameOf(attribute.name);
    },
    outputs: ({ name, outputs }) => outputs.map(({ attribute, shape }) => {
      if (attribute !== null) return nameOf(attribute.name);
      return name === 'encoder' ? FEATURES : exampleName(shape);
    }),
  };
}

function attributeNames(attributes: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(TAKEN);
  return new Map([...new Set(attributes)].map((attribute) => {
    const wanted = pythonName(attribute);
    let name = wanted;
    for (let copy = 2; taken.has(name); copy += 1) name = `${wanted}_${copy}`;
    taken.add(name);
    return [attribute, name] as const;
  }));
}

/** What an example is called: an image, or the row of a table or a vector. */
function exampleName(shape: readonly number[]): string {
  return flatUnlessImage(shape).length === 1 ? 'rows' : 'images';
}

/** The shape of an example as it is exported. */
export function flatUnlessImage(shape: readonly number[]): readonly number[] {
  const [height, width, numbers] = shape;
  return shape.length === 3 && height === 1 && width === 1 && numbers !== undefined ? [numbers] : shape;
}

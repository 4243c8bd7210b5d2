import { chosenReader } from '../inputs/input-readers.js';
import { chooseAttribute } from '../model/attributes.js';
import type { Examples } from '../model/examples.js';

/** Some of the examples, in the order of `rows`. */
export function chooseExamples(examples: Examples, rows: Uint32Array): Examples {
  const { inputs, features, attributes, splits, weights, groups, where } = examples;
  return {
    ...examples,
    count: rows.length,
    inputs: inputs === null ? null : chosenReader(inputs, rows),
    features: features.map((attribute) => chooseAttribute(attribute, rows)),
    attributes: attributes.map((attribute) => chooseAttribute(attribute, rows)),
    splits: splits === null ? null : Array.from(rows, (row) => splits[row] ?? 'train'),
    weights: weights === null ? null : Float32Array.from(rows, (row) => weights[row] as number),
    groups: groups === null ? null : {
      indices: rows.map((row) => groups.indices[row] as number), nameOf: (example) => groups.nameOf(rows[example] as number),
    },
    where: (example) => where(rows[example] as number),
  };
}

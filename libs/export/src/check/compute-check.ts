import { attributeSizes, labelColumns } from '@lethe/data';
import { deployedFunctions, evaluationContext, evaluationSignature, type DeployedFunction } from '@lethe/evaluation';
import { batchSignature, scalarInputs, type RunDescription } from '@lethe/graphs';
import type { Engine, InputValues, Signature } from '@lethe/tensorflow';
import { exportedNames, FEATURES } from '../graph/exported-names.js';
import { inputsOf, type GraphFunction, type Shape } from '../graph/graph-node.js';
import type { TrainedNetworks } from '../graph/record-functions.js';

/** A tensor of `check.npz`. */
export interface CheckTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Examples, and what a run's own engine makes of them. Features that a decoder reads are the encoder's own. */
export interface Check {
  /** By the names of the functions' inputs. */
  readonly inputs: readonly CheckTensor[];
  /** "encoder.features" and so on. */
  readonly outputs: readonly CheckTensor[];
}

/** Largest difference that counts as none, of a number or, if it is larger than 1, of its size: NumPy's `allclose` with both so. */
export const TOLERANCE = 1e-5;

/**
 * Computes what functions give for some examples on an engine.
 *
 * @param functions as `recordFunctions` gives them
 * @param images the examples, as a batch of the run has them
 */
export async function computeCheck(
  engine: Engine, networks: TrainedNetworks, functions: readonly GraphFunction[], images: Float32Array,
): Promise<Check> {
  const { description } = networks;
  const { height, width, channels } = description.facts.shape;
  const examples = images.length / (height * width * channels);
  const batch: Record<string, Float32Array> = { images, ...categoriesOf(description, examples) };
  const outputs: CheckTensor[] = [];
  let features: Float32Array | undefined;
  for (const deployed of deployedFunctions(description)) {
    const recorded = functions.find(({ name }) => name === deployed.name);
    if (recorded === undefined) throw new TypeError(`${deployed.name} was not recorded`);
    const computed = await compute(engine, networks, deployed, { ...batch, ...(features === undefined ? {} : { features }) });
    if (deployed.name === 'encoder') features = entry(computed, '0');
    for (const [index, { name, node }] of recorded.outputs.entries()) {
      outputs.push({ name: `${recorded.name}.${name}`, shape: [examples, ...node.shape.slice(1)], values: entry(computed, String(index)) });
    }
  }
  const shapes = new Map(functions.flatMap(inputsOf).map(({ operation: { name, shape } }) => [name, shape]));
  const names = exportedNames(description);
  const given = Object.entries({ ...batchSignature(description, examples) }).map(([name, { shape: [, ...shape] }]): CheckTensor => {
    const values = entry(batch, name);
    return { name: names.input(name, shape), shape: [examples, values.length / examples], values };
  });
  const known: readonly CheckTensor[] = [
    ...given,
    ...(features === undefined ? [] : [{ name: FEATURES, shape: [examples, features.length / examples], values: features }]),
  ];
  return {
    inputs: known.filter(({ name }) => shapes.has(name)).map((tensor) => (
      { ...tensor, shape: [examples, ...(shapes.get(tensor.name) ?? []).slice(1)] }
    )),
    outputs,
  };
}

/** What a function gives, by the places of its outputs. */
async function compute(
  engine: Engine, { description, vectors, rounds }: TrainedNetworks, deployed: DeployedFunction, inputs: Record<string, InputValues>,
): Promise<Readonly<Record<string, Float32Array>>> {
  const { encodedSize } = description.objective;
  const examples = entry(inputs, 'domains').length / description.facts.domains.length;
  const features = deployed.readsFeatures ? [[FEATURES, { type: 'float32', shape: [examples, encodedSize] }] as const] : [];
  const signature: Signature = { ...evaluationSignature(description, examples), ...Object.fromEntries(features) };
  const step = await engine.compile(
    `check-${deployed.name}`,
    (tensors) => {
      const context = evaluationContext(description, engine.operations, tensors);
      return Object.fromEntries(deployed.outputs.map(({ compute: output }, index) => [index, output(context, tensors[FEATURES])]));
    },
    signature,
  );
  try {
    const given = Object.entries({ ...vectors, ...scalarInputs(description.objective.scalars(rounds)), ...inputs });
    return step.run(Object.fromEntries(given.filter(([name]) => name in signature)));
  } finally {
    step.dispose();
  }
}

/** Labels, domains and values of attributes, one after another: one-hot, numbers 0. */
function categoriesOf(description: RunDescription, examples: number): Record<string, Float32Array> {
  const { facts } = description;
  const sizes = [['labels', labelColumns(facts)], ['domains', facts.domains.length], ...attributeSizes(facts)] as const;
  return Object.fromEntries(sizes.map(([name, size]) => [
    name, Float32Array.from({ length: examples * size }, (_, index) => Number(Math.floor(index / size) % size === index % size)),
  ]));
}

function entry<Value>(entries: Readonly<Record<string, Value>>, name: string): Value {
  const value = entries[name];
  if (value === undefined) throw new TypeError(`expected ${name}, found nothing of that name`);
  return value;
}

import { type Engine, type Operations, type Signature } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { trainingNetworks } from '../src/bound-networks.js';
import type { NetworkSpec } from '../src/network.js';

/** Length, first number, and the sum of number i times sin(i + 1). */
type Summary = readonly [number, number, number];

/** What PyTorch gives: the scripts in `golden` say of what. */
export interface GoldenCase {
  /** Of the output, examples first. */
  readonly shape: readonly number[];
  readonly output: Summary;
  readonly input_gradient: Summary;
  /** In the order of the network's tensors. */
  readonly gradients: readonly Summary[];
}

/** A network, the shape of an example that it reads, and the other inputs of all examples. */
export interface GoldenNetwork {
  readonly network: NetworkSpec;
  readonly input: readonly number[];
  /** Whether its inputs are whole numbers: 0, 1, 2, 3, 4, 0 ... */
  readonly readsIndices?: boolean;
  /** Numbers told beside the input, [examples][told]. */
  readonly told?: readonly (readonly number[])[];
  /** By how much everything is moved for a finite difference; 0.002 unless said. Null: it has too many kinks for one in float32. */
  readonly step?: number | null;
}

/** Examples of every case. */
const EXAMPLES = 4;
type Values = Readonly<Record<string, Float32Array>>;

/** Compares what a network gives, and its gradients, with PyTorch's; and the gradients with finite differences. */
export async function expectGolden(engine: Engine, one: GoldenNetwork, expected: GoldenCase): Promise<void> {
  const { network } = one;
  const start = startOf(one);
  const { play, dispose } = await player(engine, one);
  try {
    const values = play(start);
    expect([EXAMPLES, ...network.outputShape ?? []]).toEqual(expected.shape);
    expectSummary(values['output'], expected.output, 'output');
    expectSummary(values['gradient of x'], expected.input_gradient, 'gradient of the input');
    expect(network.tensors).toHaveLength(expected.gradients.length);
    for (const [index, tensor] of network.tensors.entries()) {
      expectSummary(values[`gradient of ${tensor.name}`], expected.gradients[index]!, `gradient of ${tensor.name}`);
    }
    if (one.step !== null) expectSlope(play, start, values, one);
  } finally {
    dispose();
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function numbers(size: number, of: (index: number) => number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => of(index));
}

/** Where the scripts start: the input first. */
function startOf({ input, network, readsIndices }: GoldenNetwork): Values {
  const x = numbers(EXAMPLES * sizeOf(input), readsIndices === true ? (index) => index % 5 : (index) => Math.sin(1.3 * index + 0.5));
  const tensors = network.tensors.map(({ name, shape }, place) => (
    [name, numbers(sizeOf(shape), (index) => Math.sin(0.7 * index + place + 1) / 2)] as const
  ));
  return { x, ...Object.fromEntries(tensors) };
}

/** What a network gives and the gradients of its loss, from given inputs. */
async function player(engine: Engine, one: GoldenNetwork): Promise<{ play: (values: Values) => Values; dispose: () => void }> {
  const { network } = one;
  const names = ['x', ...network.tensors.map(({ name }) => name)];
  const shapes = [[EXAMPLES, ...one.input], ...network.tensors.map(({ shape }) => shape)];
  const signature: Signature = Object.fromEntries(names.map((name, index) => [name, { type: 'float32', shape: shapes[index] ?? [] }]));
  const step = await engine.compile('network', (inputs) => {
    const { operations } = engine;
    const { loss, gradients, auxiliary } = operations.gradients((tensors) => {
      const output = applied(operations, one, new Map(names.map((name, index) => [name, tensors[index] as Tensor])));
      const weights = operations.constant([...numbers(output.size, (index) => Math.cos(0.9 * index))], output.shape);
      return { loss: operations.sum(operations.mul(output, weights)), auxiliary: { output } };
    }, names.map((name) => inputs[name] as Tensor));
    return { loss, ...auxiliary, ...Object.fromEntries(gradients.map((gradient, index) => [`gradient of ${names[index]}`, gradient])) };
  }, signature);
  return { play: (values) => step.run(values), dispose: () => { step.dispose(); } };
}

function applied(operations: Operations, { network, told }: GoldenNetwork, tensors: ReadonlyMap<string, Tensor>): Tensor {
  const seed = operations.constant([1, 2], [2]);
  const parameters = new Map(network.tensors.map(({ name }) => [`${network.name}.${name}`, tensors.get(name) as Tensor]));
  const bound = trainingNetworks({
    operations, networks: [network], parameters, seeds: { round: seed, step: seed }, recordMoments: () => undefined,
  });
  const beside = told === undefined ? [] : [operations.constant(told.flat(), [EXAMPLES, told[0]?.length ?? 0])];
  return bound.apply(network.name, tensors.get('x') as Tensor, ...beside);
}

function expectSummary(found: Float32Array | undefined, [length, first, sum]: Summary, what: string): void {
  const values = found ?? new Float32Array();
  expect(values.length, what).toBe(length);
  const waved = values.reduce((total, value, index) => total + value * Math.sin(index + 1), 0);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const [start = Number.NaN] = values;
  expect(Math.abs(start - first), `${what}: the first is ${start} instead of ${first}`).toBeLessThan(1e-5 * largest);
  expect(Math.abs(waved - sum), `${what}: the sum is ${waved} instead of ${sum}`).toBeLessThan(1e-5 * largest * Math.sqrt(length));
}

/** Moves everything a little along one direction, and compares the loss with what the gradients say. */
function expectSlope(
  play: (values: Values) => Values, start: Values, at: Values, one: GoldenNetwork,
): void {
  const { readsIndices = false } = one;
  const step = one.step ?? 2e-3;
  const direction = (name: string, index: number): number => (readsIndices && name === 'x' ? 0 : Math.sin(2.1 * index + name.length));
  const lossAt = (change: number): number => {
    const moved = Object.entries(start).map(([name, values]) => [name, values.map((value, i) => value + change * direction(name, i))]);
    return play(Object.fromEntries(moved) as Values)['loss']?.[0] ?? Number.NaN;
  };
  const found = (lossAt(step) - lossAt(-step)) / (2 * step);
  const expected = Object.keys(start).reduce((sum, name) => (
    (at[`gradient of ${name}`] ?? new Float32Array()).reduce((total, value, index) => total + value * direction(name, index), sum)
  ), 0);
  expect(Math.abs(found - expected), `a slope of ${found} instead of ${expected}`).toBeLessThan(1e-2 * Math.max(1, Math.abs(expected)));
}

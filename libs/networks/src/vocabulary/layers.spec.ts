import { readFileSync } from 'node:fs';
import { loadEngine, type Engine, type Operations, type Signature } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { LAYER_CASES, type LayerCase } from '../../testing/layer-cases.js';
import { trainingNetworks } from '../bound-networks.js';
import { groupLayout } from '../group-layout.js';
import { initialValues } from '../initial-values.js';
import { attention } from './attention.js';
import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import { embedding } from './embedding.js';
import { groupNorm } from './group-norm.js';
import { layerNorm } from './layer-norm.js';
import type { ExampleShape, Layer } from './layer.js';
import { linear } from './linear.js';
import { sequential } from './sequential.js';
import { transposedConvolution } from './transposed-convolution.js';

/** Length, first number, and the sum of number i times sin(i + 1). */
type Summary = readonly [number, number, number];
interface GoldenCase {
  readonly shape: readonly number[];
  readonly output: Summary;
  readonly input_gradient: Summary;
  readonly gradients: readonly Summary[];
}
const golden = JSON.parse(readFileSync(new URL('../../golden/layers.json', import.meta.url), 'utf8')) as {
  readonly cases: Readonly<Record<string, GoldenCase>>;
  readonly deviations: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

const EXAMPLES = 4;
type Values = Readonly<Record<string, Float32Array>>;

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function numbers(size: number, of: (index: number) => number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => of(index));
}

/** A layer's network, and where golden/layers.py starts: the input first. */
function startOf({ input, layer, readsIndices }: LayerCase): { network: ReturnType<typeof sequential> & { name: string }; start: Values } {
  const network = { name: 'net', ...sequential(input, [layer]) };
  const x = numbers(EXAMPLES * sizeOf(input), readsIndices ? (index) => index % 5 : (index) => Math.sin(1.3 * index + 0.5));
  const tensors = network.tensors.map(({ name, shape }, place) => (
    [name, numbers(sizeOf(shape), (index) => Math.sin(0.7 * index + place + 1) / 2)] as const
  ));
  return { network, start: { x, ...Object.fromEntries(tensors) } };
}

/** What a layer gives and the gradients of its loss, from given inputs. */
async function player(engine: Engine, one: LayerCase): Promise<{ play: (values: Values) => Values; dispose: () => void }> {
  const { network } = startOf(one);
  const names = ['x', ...network.tensors.map(({ name }) => name)];
  const shapes = [[EXAMPLES, ...one.input], ...network.tensors.map(({ shape }) => shape)];
  const signature: Signature = Object.fromEntries(names.map((name, index) => [name, { type: 'float32', shape: shapes[index] ?? [] }]));
  const step = await engine.compile('layer', (inputs) => {
    const { operations } = engine;
    const { loss, gradients, auxiliary } = operations.gradients((tensors) => {
      const output = applied(operations, network, new Map(names.map((name, index) => [name, tensors[index] as Tensor])));
      const weights = operations.constant([...numbers(output.size, (index) => Math.cos(0.9 * index))], output.shape);
      return { loss: operations.sum(operations.mul(output, weights)), auxiliary: { output } };
    }, names.map((name) => inputs[name] as Tensor));
    return { loss, ...auxiliary, ...Object.fromEntries(gradients.map((gradient, index) => [`gradient of ${names[index]}`, gradient])) };
  }, signature);
  return { play: (values) => step.run(values), dispose: () => { step.dispose(); } };
}

function applied(operations: Operations, network: ReturnType<typeof startOf>['network'], tensors: ReadonlyMap<string, Tensor>): Tensor {
  const seed = operations.constant([1, 2], [2]);
  const parameters = new Map(network.tensors.map(({ name }) => [`net.${name}`, tensors.get(name) as Tensor]));
  const bound = trainingNetworks({
    operations, networks: [network], parameters, seeds: { round: seed, step: seed }, recordMoments: () => undefined,
  });
  return bound.apply('net', tensors.get('x') as Tensor);
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

it('is described, every layer', () => {
  const text = readFileSync(new URL('../../../../docs/layers.md', import.meta.url), 'utf8');
  const kinds = new Set(Object.values(LAYER_CASES).map(({ layer }) => layer.kind));
  expect([...kinds].filter((kind) => !text.includes(`\`${kind}(`))).toEqual([]);
});

it('has all cases of PyTorch', () => { expect(Object.keys(LAYER_CASES)).toEqual(Object.keys(golden.cases)); });

describe.each(['native', 'wasm'] as const)('on %s', (prefer) => {
  it.each(Object.keys(LAYER_CASES))('%s gives what PyTorch gives, with its gradients and those of finite differences', async (name) => {
    const engine = await loadEngine({ prefer });
    const one = LAYER_CASES[name]!;
    const expected = golden.cases[name]!;
    const { network, start } = startOf(one);
    const { play, dispose } = await player(engine, one);
    try {
      const values = play(start);
      expect([EXAMPLES, ...network.outputShape]).toEqual(expected.shape);
      expectSummary(values['output'], expected.output, 'output');
      expectSummary(values['gradient of x'], expected.input_gradient, 'gradient of the input');
      for (const [index, tensor] of network.tensors.entries()) {
        expectSummary(values[`gradient of ${tensor.name}`], expected.gradients[index]!, `gradient of ${tensor.name}`);
      }
      expectSlope(play, start, values, one.readsIndices === true ? ['x'] : []);
    } finally {
      dispose();
    }
  });
});

/** Moves everything a little along one direction, and compares the loss with what the gradients say. */
function expectSlope(play: (values: Values) => Values, start: Values, at: Values, fixed: readonly string[]): void {
  const step = 2e-3;
  const direction = (name: string, index: number): number => (fixed.includes(name) ? 0 : Math.sin(2.1 * index + name.length));
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

describe('starting values', () => {
  it.each<[string, ExampleShape, Layer]>([
    ['linear', [200], linear(100)],
    ['convolution', [8, 8, 20], convolution(60, { size: [3, 5] })],
    ['transposedConvolution', [8, 8, 20], transposedConvolution(60, { size: [3, 5] })],
    ['embedding', [100], embedding(100)],
    ['attention', [4, 80], attention({ heads: 4 })],
    ['batchNorm', [10], batchNorm()],
    ['layerNorm', [10], layerNorm()],
    ['groupNorm', [10], groupNorm({ groups: 2 })],
  ])('of %s are spread as PyTorch spreads them', (kind, input, layer) => {
    const network = { name: 'net', ...sequential(input, [layer]) };
    const layout = groupLayout('g', [network], 8);
    const values = initialValues(layout, [network], 5);
    const found = Object.fromEntries(layout.segments.map(({ name, offset, length }) => {
      const square = values.subarray(offset, offset + length).reduce((sum, value) => sum + value * value / length, 0);
      return [name.replace(`net.${kind}1.`, ''), Math.sqrt(square)];
    }));
    const expected = golden.deviations[kind]!;
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    // Biases have few numbers, and both sides draw.
    for (const [name, deviation] of Object.entries(expected)) {
      expect(Math.abs(found[name]! - deviation), name).toBeLessThan(0.2 * deviation + 1e-9);
    }
  });
});

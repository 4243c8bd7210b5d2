import { loadEngine, type Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluationNetworks } from './bound-networks.js';
import { conditionalFlow } from './conditional-flow.js';
import type { Networks } from './network.js';

const [SIZE, CLASSES, EXAMPLES] = [5, 3, 6];
let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

const flow = conditionalFlow({ name: 'flow', size: SIZE, classes: CLASSES, couplings: 6, width: 7 });
const length = flow.tensors.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
/** Any numbers, the same every time. */
const numbers = (count: number, factor: number, scale: number): number[] =>
  Array.from({ length: count }, (_, index) => scale * Math.sin(factor * (index + 1)));
const parameters = numbers(length, 1.7, 0.6);
const vectors = numbers(EXAMPLES * SIZE, 2.3, 1.5);
const oneHot = (label: number): number[] => Array.from({ length: CLASSES }, (_, index) => (index === label ? 1 : 0));
const labels = Array.from({ length: EXAMPLES }, (_, example) => oneHot(example % CLASSES)).flat();

/** Applies a function of the flow with these parameters, of vectors [rows, size] and labels [rows, classes]. */
async function withFlow(
  given: { parameters: readonly number[]; vectors: readonly number[]; labels: readonly number[] },
  compute: (networks: Networks, vectors: Tensor, labels: Tensor) => Tensor,
): Promise<Float32Array> {
  const { operations } = engine;
  const rows = given.labels.length / CLASSES;
  const step = await engine.compile(
    'flow',
    (inputs) => {
      const tensors = operations.unpack(inputs.parameters, flow.tensors.map(({ shape }) => shape));
      const byName = new Map(flow.tensors.map(({ name }, index) => [`flow.${name}`, tensors[index]!]));
      const networks = evaluationNetworks({ operations, networks: [flow], parameters: byName, statistics: new Map() });
      return { result: compute(networks, inputs.vectors, inputs.labels) };
    },
    {
      parameters: { type: 'float32', shape: [length] },
      vectors: { type: 'float32', shape: [rows, given.vectors.length / rows] },
      labels: { type: 'float32', shape: [rows, CLASSES] },
    },
  );
  try {
    return step.run({
      parameters: Float32Array.from(given.parameters), vectors: Float32Array.from(given.vectors), labels: Float32Array.from(given.labels),
    }).result;
  } finally {
    step.dispose();
  }
}

const forward = (given: Partial<Parameters<typeof withFlow>[0]> = {}): Promise<Float32Array> =>
  withFlow({ parameters, vectors, labels, ...given }, (networks, ...inputs) => networks.apply('flow', ...inputs));
const mapped = (output: Float32Array): number[] => [...output].filter((_, index) => index % (SIZE + 1) < SIZE);

describe('a conditional flow', () => {
  it('is mapped back by its inverse under the same labels, and not under others', async () => {
    const output = mapped(await forward());
    const inverse = (of: readonly number[]): Promise<Float32Array> =>
      withFlow({ parameters, vectors: output, labels: of }, (networks, ...inputs) => networks.applyInverse('flow', ...inputs));
    const back = await inverse(labels);
    expect(Math.max(...vectors.map((value, index) => Math.abs(value - back[index]!)))).toBeLessThan(1e-4);
    const others = await inverse([...labels.slice(1), ...labels.slice(0, 1)]);
    expect(Math.max(...vectors.map((value, index) => Math.abs(value - others[index]!)))).toBeGreaterThan(0.1);
  });

  it('knows the factor by which it stretches volumes: the determinant of its derivative', async () => {
    const step = 1e-2;
    const [first, label] = [vectors.slice(0, SIZE), labels.slice(0, CLASSES)];
    const shifted = Array.from({ length: SIZE }, (_, column) => [1, -1].map((sign) =>
      first.map((value, index) => value + (index === column ? sign * step : 0)))).flat(2);
    const rows = mapped(await forward({ vectors: shifted, labels: Array.from({ length: 2 * SIZE }, () => label).flat() }));
    const derivative = Array.from({ length: SIZE }, (_, column) => Array.from({ length: SIZE }, (_, index) =>
      (rows[2 * column * SIZE + index]! - rows[(2 * column + 1) * SIZE + index]!) / (2 * step)));
    const logFactor = (await forward())[SIZE]!;
    expect(Math.abs(Math.log(Math.abs(determinant(derivative))) - logFactor)).toBeLessThan(2e-2);
    expect(Math.abs(logFactor)).toBeGreaterThan(0.1);
  });

  it('reads every number from every other', async () => {
    const changed = (column: number): Promise<Float32Array> =>
      forward({ vectors: vectors.map((value, index) => value + (index % SIZE === column ? 0.3 : 0)) });
    const before = mapped(await forward());
    for (let column = 0; column < SIZE; column += 1) {
      const after = mapped(await changed(column));
      for (let other = 0; other < SIZE; other += 1) expect(after[other], `${other} of ${column}`).not.toBe(before[other]);
    }
  });

  it('begins as the identity', async () => {
    const start = flow.tensors.flatMap(({ shape, initial }) => {
      const count = shape.reduce((product, extent) => product * extent, 1);
      if (initial.kind === 'constant') return new Array<number>(count).fill(initial.value);
      return numbers(count, 1.3, initial.kind === 'uniform' ? initial.bound : 1);
    });
    const output = await forward({ parameters: start });
    expect(mapped(output)).toEqual([...Float32Array.from(vectors)]);
    expect(output[SIZE]).toBeCloseTo(0, 6);
  });
});

/** By elimination with the largest pivot. */
function determinant(matrix: readonly (readonly number[])[]): number {
  const rows = matrix.map((row) => [...row]);
  let product = 1;
  for (let column = 0; column < rows.length; column += 1) {
    const pivot = rows.slice(column).reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best));
    const place = rows.indexOf(pivot);
    [rows[column], rows[place]] = [pivot, rows[column]!];
    product *= pivot[column]! * (place === column ? 1 : -1);
    for (const row of rows.slice(column + 1)) {
      const factor = row[column]! / pivot[column]!;
      for (const [index, value] of pivot.entries()) row[index]! -= factor * value;
    }
  }
  return product;
}

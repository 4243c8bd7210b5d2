import { loadEngine, type Engine, type EngineName } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { evaluationNetworks } from './bound-networks.js';
import { classWhitening } from './class-whitening.js';
import { groupLayout } from './group-layout.js';
import { initialValues } from './initial-values.js';
import type { Networks } from './network.js';
import { sizeOfShape } from './vocabulary/layer.js';

const [SIZE, CLASSES, EXAMPLES] = [3, 2, 400];
const OPTIONS = { name: 'eraser', size: SIZE, classes: CLASSES, counts: [20_000, 20_000], leastVariance: 0 };
const network = classWhitening(OPTIONS);
const LENGTH = network.tensors.reduce((sum, { shape }) => sum + sizeOfShape(shape), 0);

/** Numbers that look standard normal, the same every time. */
const scattered = (index: number, factor: number): number => (Math.abs(Math.sin((index + 1) * factor)) * 1e4) % 1;
const normal = (index: number, factor: number): number => (
  Math.sqrt(-2 * Math.log(scattered(index, factor) + 1e-9)) * Math.cos(2 * Math.PI * scattered(index, factor + 1))
);
const classes = Array.from({ length: EXAMPLES }, (_, example) => example % CLASSES);
/** Both classes have correlated numbers, other ones each, of deviations that differ tenfold, around other means. */
const vectors: readonly (readonly number[])[] = classes.map((category, example) => {
  const [x = 0, y = 0, z = 0] = [12.9898, 78.233, 45.164].map((factor) => normal(example, factor));
  return category === 0 ? [x + 1, 0.9 * x + 0.4 * y, 0.2 * z] : [2 * x, y - 0.5 * x - 2, 0.1 * x + 0.3 * z + 0.5];
});
const oneHot = (category: number): number[] => Array.from({ length: CLASSES }, (_, index) => Number(index === category));
const LABELS = classes.map(oneHot);

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Mean of the products of two numbers, less the product of their means. */
const covariance = (rows: readonly (readonly number[])[], a: number, b: number): number => (
  meanOf(rows.map((row) => row[a]! * row[b]!)) - meanOf(rows.map((row) => row[a]!)) * meanOf(rows.map((row) => row[b]!))
);
const ofClass = <Row>(rows: readonly Row[], category: number): Row[] => rows.filter((_, example) => classes[example] === category);

/** What the classes have, as parameters: means, then covariances. */
const momentsOf = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from([
  ...[0, 1].flatMap((category) => [0, 1, 2].map((place) => meanOf(ofClass(rows, category).map((row) => row[place]!)))),
  ...[0, 1].flatMap((category) => [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => covariance(ofClass(rows, category), a, b)))),
]);
const PARAMETERS = momentsOf(vectors);
/** Means of 0 and covariances of 1. */
const START = Float32Array.from([...new Array<number>(6).fill(0), ...[1, 0, 0, 0, 1, 0, 0, 0, 1], ...[1, 0, 0, 0, 1, 0, 0, 0, 1]]);

type Applied = (networks: Networks, vectors: Tensor, labels: Tensor) => Tensor;

interface Given {
  readonly rows?: readonly (readonly number[])[];
  readonly labels?: readonly (readonly number[])[];
  readonly parameters?: Float32Array;
  readonly options?: typeof OPTIONS;
}

async function computed(
  engine: Engine, apply: Applied, { rows = vectors, labels = LABELS, parameters = PARAMETERS, options = OPTIONS }: Given = {},
): Promise<{ readonly result: number[][]; readonly gradient: Float32Array }> {
  const { operations } = engine;
  const networksOf = (tensors: readonly Tensor[]): Networks => evaluationNetworks({
    operations, networks: [classWhitening(options)], statistics: new Map(),
    parameters: new Map(network.tensors.map(({ name }, index) => [`eraser.${name}`, tensors[index]!])),
  });
  const step = await engine.compile('whitening', (inputs) => {
    const tensors = operations.unpack(inputs.parameters, network.tensors.map(({ shape }) => shape));
    const { gradients } = operations.gradients(
      (learnt) => ({ loss: operations.mean(networksOf(learnt).ownLoss('eraser', inputs.vectors, inputs.labels)) }), tensors,
    );
    return { result: apply(networksOf(tensors), inputs.vectors, inputs.labels), gradient: operations.pack(gradients) };
  }, {
    parameters: { type: 'float32', shape: [LENGTH] },
    vectors: { type: 'float32', shape: [rows.length, SIZE] },
    labels: { type: 'float32', shape: [rows.length, CLASSES] },
  });
  try {
    const { result, gradient } = step.run({
      parameters, vectors: Float32Array.from(rows.flat()), labels: Float32Array.from(labels.flat()),
    });
    return { result: rows.map((_, row) => [...result.subarray(row * SIZE, (row + 1) * SIZE)]), gradient };
  } finally {
    step.dispose();
  }
}

/** The farthest that a number lies from that of the vectors. */
const farthest = (found: readonly (readonly number[])[], from = vectors): number => (
  Math.max(...found.flatMap((row, example) => row.map((value, place) => Math.abs(value - from[example]![place]!))))
);

const whiten: Applied = (networks, ...inputs) => networks.apply('eraser', ...inputs);
const colour: Applied = (networks, ...inputs) => networks.applyInverse('eraser', ...inputs);

describe.each(['native', 'wasm'] satisfies EngineName[])('whitening of classes on %s', (prefer) => {
  it('gives both classes the mean and the covariances of a standard normal distribution, and gives them back', async () => {
    const engine = await loadEngine({ prefer });
    const { result } = await computed(engine, whiten);
    for (const category of [0, 1]) {
      const rows = ofClass(result, category);
      for (const a of [0, 1, 2]) {
        expect(Math.abs(meanOf(rows.map((row) => row[a]!)))).toBeLessThan(1e-3);
        for (const b of [0, 1, 2]) expect(Math.abs(covariance(rows, a, b) - Number(a === b))).toBeLessThan(2e-2);
      }
    }
    const { result: back } = await computed(engine, colour, { rows: result });
    expect(farthest(back)).toBeLessThan(1e-3);
  });
});

describe('whitening of classes', () => {
  it.each([0, 0.1])('begins as the identity where directions of a variance below %d of the mean are left out', async (leastVariance) => {
    const engine = await loadEngine({ prefer: 'native' });
    const { result } = await computed(engine, whiten, { parameters: START, options: { ...OPTIONS, leastVariance } });
    expect(farthest(result)).toBeLessThan(1e-3);
  });

  it('is finite where nothing varies', async () => {
    const engine = await loadEngine({ prefer: 'native' });
    const rows = vectors.map(() => [1, 2, 3]);
    const { result } = await computed(engine, whiten, { rows, parameters: momentsOf(rows), options: { ...OPTIONS, leastVariance: 0.1 } });
    expect(result.flat().every((value) => Number.isFinite(value))).toBe(true);
  });

  it('leaves numbers that hardly vary finite, whatever rounding makes of their covariances', async () => {
    const engine = await loadEngine({ prefer: 'native' });
    const rows = vectors.map(([x = 0, y = 0]) => [100 * x, 100 * x + 1e-4 * y, 7]);
    const parameters = momentsOf(rows);
    const { result } = await computed(engine, whiten, { rows, parameters });
    expect(result.flat().every((value) => Number.isFinite(value))).toBe(true);
    const { result: back } = await computed(engine, colour, { rows: result, parameters });
    expect(farthest(back, rows)).toBeLessThan(1);
  });

  it.each(['native', 'wasm'] satisfies EngineName[])('leaves out directions in which classes hardly vary (%s)', async (prefer) => {
    const engine = await loadEngine({ prefer });
    // Deviations of the last numbers are 0.2 and 0.3, those of the first ones 1 and 2.
    const rows = vectors.map((row, example) => (classes[example] === 0 ? row : [row[0]!, row[1]!, 0.3 * normal(example, 45.164) + 0.5]));
    const [parameters, options] = [momentsOf(rows), { ...OPTIONS, leastVariance: 0.2 }];
    const { result } = await computed(engine, whiten, { rows, parameters, options });
    for (const category of [0, 1]) {
      const own = ofClass(result, category);
      expect(covariance(own, 0, 0) + covariance(own, 1, 1) + covariance(own, 2, 2)).toBeCloseTo(2, 2);
    }
    const { result: back } = await computed(engine, colour, { rows: result, parameters, options });
    const off = (place: number): number => Math.max(...back.map((row, example) => Math.abs(row[place]! - rows[example]![place]!)));
    expect(Math.max(off(0), off(1))).toBeLessThan(0.1);
    const lasts = [0, 1].map((category) => meanOf(ofClass(rows, category).map((row) => row[2]!)));
    for (const [example, row] of back.entries()) expect(Math.abs(row[2]! - lasts[classes[example]!]!)).toBeLessThan(0.3);
  });

  it('takes the covariances of a class of few examples for those of all', async () => {
    const engine = await loadEngine({ prefer: 'native' });
    const options = { ...OPTIONS, counts: [20_000, 1] };
    const { result } = await computed(engine, whiten, { options });
    const { result: known } = await computed(engine, whiten);
    expect(farthest(ofClass(result, 0), ofClass(known, 0))).toBeLessThan(1e-2);
    // Its first number has twice the deviation of that of the others.
    expect(covariance(ofClass(result, 1), 0, 0)).toBeGreaterThan(2);
  });

  it('gives what lies between two classes the mean of what they give', async () => {
    const engine = await loadEngine({ prefer: 'native' });
    const rows = [vectors[0]!, vectors[0]!, vectors[0]!];
    const { result: [first, second, between] } = await computed(engine, colour, { rows, labels: [[1, 0], [0, 1], [0.5, 0.5]] });
    expect(first).not.toEqual(second);
    for (const [place, value] of between!.entries()) expect(value).toBeCloseTo((first![place]! + second![place]!) / 2, 5);
  });

  it('learns by a loss whose gradient is what its moments are off, by the share of each class', async () => {
    const engine = await loadEngine({ prefer: 'native' });
    const found = await computed(engine, whiten);
    expect(Math.max(...found.gradient.map(Math.abs))).toBeLessThan(1e-4);
    // With the right means, half of the examples of each class.
    const parameters = Float32Array.from([...PARAMETERS.subarray(0, 6), ...START.subarray(6)]);
    const { gradient } = await computed(engine, whiten, { parameters });
    expect(Math.max(...gradient.map((value, index) => Math.abs(value - (parameters[index]! - PARAMETERS[index]!) / 2)))).toBeLessThan(1e-4);
  });

  it('begins with means of 0 and covariances of 1', () => {
    expect(initialValues(groupLayout('eraser', [network], EXAMPLES), [network], 1)).toEqual(START);
  });
});

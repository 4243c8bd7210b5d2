import { Matrix, pseudoInverse } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { leace } from './leace.js';
import { meanOf, type Values } from './moments.js';
import type { Vectors } from './probe-data.js';

const [EXAMPLES, SIZE, CLASSES] = [500, 6, 3];

/** Repeatable numbers in (-1, 1), as good as noise here. */
function noise(index: number): number {
  return 2 * (Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1) - 1;
}

/** Correlated numbers of different scales that tell three classes; the last one is the sum of the first two. */
const vectors: Vectors = (() => {
  const labels = Int32Array.from({ length: EXAMPLES }, (_, example) => Math.floor(((noise(example) + 1) / 2) * CLASSES));
  const values = new Float32Array(EXAMPLES * SIZE);
  for (const [example, label] of labels.entries()) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = [1, 2, 3, 4, 5].map((number) => noise(7 * example + number + 0.25));
    const first = a + 0.8 * Number(label === 0);
    const second = 3 * b + a - Number(label === 1);
    values.set([first, second, 0.2 * c + 0.5 * a, d + b, e, first + second], example * SIZE);
  }
  return { values, labels, size: SIZE };
})();

/** Covariance [size, classes] of numbers and one-hot classes. */
function withClasses({ values, size }: Values): Matrix {
  const mean = meanOf({ values, size });
  const sums = Matrix.zeros(size, CLASSES);
  for (const [example, label] of vectors.labels.entries()) {
    for (let place = 0; place < size; place += 1) {
      const distance = (values[example * size + place] ?? 0) - (mean[place] ?? 0);
      sums.set(place, label, sums.get(place, label) + distance / EXAMPLES);
    }
  }
  return sums;
}

/** Mean squared distance by which a map moves the vectors. */
function moved(values: Float32Array): number {
  return values.reduce((sum, value, at) => sum + (value - (vectors.values[at] ?? 0)) ** 2, 0) / EXAMPLES;
}

describe('the linear eraser', () => {
  it('leaves no number that is correlated with a class, where there were some', async () => {
    const erase = await leace(vectors, CLASSES);
    expect(withClasses(vectors).abs().max()).toBeGreaterThan(0.1);
    expect(withClasses(erase(vectors)).abs().max()).toBeLessThan(1e-6);
  });

  it('moves vectors less than other affine maps that do so', async () => {
    const erased = (await leace(vectors, CLASSES))(vectors).values;
    const least = moved(erased);
    // To the eraser any map D (I - B B+) (x - mean) can be added; B: the covariance with the classes, without the last, which follows.
    const covariance = withClasses(vectors).subMatrix(0, SIZE - 1, 0, CLASSES - 2);
    const allowed = Matrix.eye(SIZE).sub(covariance.mmul(pseudoInverse(covariance)));
    const mean = meanOf(vectors);
    const centred = new Matrix(EXAMPLES, SIZE);
    for (let example = 0; example < EXAMPLES; example += 1) {
      for (let place = 0; place < SIZE; place += 1)
        centred.set(example, place, (vectors.values[example * SIZE + place] ?? 0) - (mean[place] ?? 0));
    }
    for (let trial = 0; trial < 20; trial += 1) {
      const any = new Matrix(SIZE, SIZE);
      for (let place = 0; place < SIZE * SIZE; place += 1)
        any.set(Math.floor(place / SIZE), place % SIZE, 0.05 * noise(trial * 100 + place));
      const added = centred.mmul(any.mmul(allowed).transpose()).to1DArray();
      const other = Float32Array.from(erased, (value, at) => value + (added[at] ?? 0));
      expect(withClasses({ values: other, size: SIZE }).abs().max()).toBeLessThan(1e-5);
      expect(moved(other)).toBeGreaterThan(least);
    }
  });

  it('leaves vectors alone that tell nothing of the classes', async () => {
    const labels = Int32Array.from({ length: 4 }, (_, example) => example % 2);
    const values = Float32Array.of(1, 2, 1, 2, -1, 5, -1, 5);
    const erase = await leace({ values, labels, size: 2 }, 2);
    expect(erase({ values, size: 2 }).values).toEqual(values);
  });
});

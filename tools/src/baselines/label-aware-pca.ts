import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Labelled vectors: `values` row-major [examples, size]. */
export interface LabelledVectors {
  readonly values: Float32Array;
  readonly labels: Int32Array;
  readonly size: number;
}

const EXAMPLES_AT_ONCE = 2000;

/**
 * A linear code that knows the label: the principal components of what is left of an example without its class's mean. Decoded by adding
 * the mean of the wanted class to what the components rebuild. It has the least squared error of all linear codes of its size whose
 * decoder knows the label.
 */
export class LabelAwarePca {
  readonly #means: Matrix;
  readonly #components: Matrix;

  private constructor(means: Matrix, components: Matrix) {
    this.#means = means;
    this.#components = components;
  }

  /** Fits to training examples of classes 0 .. classes - 1, for codes of up to `mostComponents` numbers. */
  static fit(train: LabelledVectors, classes: number, mostComponents: number): LabelAwarePca {
    const means = classMeans(train, classes);
    const covariance = Matrix.zeros(train.size, train.size);
    for (const rows of chunks(train)) {
      const residual = rows.values.sub(meansOf(means, rows.labels));
      covariance.add(residual.transpose().mmul(residual));
    }
    // The eigenvectors come in ascending order of their values.
    const { eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
    const components = eigenvectorMatrix.subMatrix(0, train.size - 1, train.size - mostComponents, train.size - 1).flipRows();
    return new LabelAwarePca(means, components);
  }

  /** Codes [examples, components]. */
  encode(vectors: LabelledVectors, components: number): LabelledVectors {
    const codes = [...chunks(vectors)].flatMap(({ values, labels }) =>
      values.sub(meansOf(this.#means, labels)).mmul(this.#first(components)).to1DArray(),
    );
    return { values: Float32Array.from(codes), labels: vectors.labels, size: components };
  }

  /** Mean squared error of the examples rebuilt from their codes and their own labels. */
  error(vectors: LabelledVectors, components: number): number {
    const axes = this.#first(components);
    let sum = 0;
    for (const { values, labels } of chunks(vectors)) {
      const residual = values.sub(meansOf(this.#means, labels));
      const rebuilt = residual.mmul(axes).mmul(axes.transpose());
      sum += residual.sub(rebuilt).pow(2).sum();
    }
    return sum / vectors.values.length;
  }

  #first(components: number): Matrix {
    return this.#components.subMatrix(0, this.#components.rows - 1, 0, components - 1);
  }
}

function classMeans(train: LabelledVectors, classes: number): Matrix {
  const sums = Matrix.zeros(classes, train.size);
  const counts = new Array<number>(classes).fill(0);
  for (const { values, labels } of chunks(train)) {
    for (const [row, label] of labels.entries()) {
      counts[label] = (counts[label] ?? 0) + 1;
      sums.setRow(label, sums.getRowVector(label).add(values.getRowVector(row)));
    }
  }
  return sums.divColumnVector(counts.map((count) => Math.max(1, count)));
}

function meansOf(means: Matrix, labels: Int32Array): Matrix {
  return new Matrix(Array.from(labels, (label) => means.getRow(label)));
}

/** The examples as matrices of a bounded number of rows. */
function* chunks({ values, labels, size }: LabelledVectors): Generator<{ values: Matrix; labels: Int32Array }> {
  for (let first = 0; first < labels.length; first += EXAMPLES_AT_ONCE) {
    const rows = Math.min(EXAMPLES_AT_ONCE, labels.length - first);
    yield {
      values: Matrix.from1DArray(rows, size, values.subarray(first * size, (first + rows) * size)),
      labels: labels.subarray(first, first + rows),
    };
  }
}

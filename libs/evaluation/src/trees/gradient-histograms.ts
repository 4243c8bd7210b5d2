import type { BinnedVectors } from './binned-vectors.js';

// The settings of LightGBM and of scikit-learn's HistGradientBoostingClassifier.
/** Training examples of a leaf at least. */
export const LEAST_EXAMPLES = 20;
/** Sum of the hessians of a leaf at least. */
const LEAST_HESSIAN = 1e-3;

/** Training examples of a node, and sums over them. */
export interface NodeSums {
  readonly examples: number;
  readonly gradient: number;
  readonly hessian: number;
}

/** The left side of a split: training examples whose bin of the dimension is at most `bin`. */
export interface Split extends NodeSums {
  readonly gain: number;
  readonly dimension: number;
  readonly bin: number;
}

/** Sums of gradients and hessians, and counts, over the training examples of a node for each cell; of several nodes at once. */
export class GradientHistograms {
  readonly #binned: BinnedVectors;
  readonly #cells: number;
  /** Float64 [nodes, cells, gradient and hessian]. */
  readonly #sums: Float64Array;
  /** Uint32 [nodes, cells]. */
  readonly #counts: Uint32Array;

  constructor(binned: BinnedVectors, nodes: number) {
    this.#binned = binned;
    this.#cells = binned.firstCells[binned.size] as number;
    this.#sums = new Float64Array(nodes * this.#cells * 2);
    this.#counts = new Uint32Array(nodes * this.#cells);
  }

  /** Adds up these examples. `gradients`: float64 [training examples, gradient and hessian]. */
  fill(node: number, examples: Uint32Array, gradients: Float64Array): void {
    const { train, size, firstCells } = this.#binned;
    const sums = this.#sums.subarray(2 * node * this.#cells, 2 * (node + 1) * this.#cells).fill(0);
    const counts = this.#counts.subarray(node * this.#cells, (node + 1) * this.#cells).fill(0);
    for (let place = 0; place < examples.length; place += 1) {
      const example = examples[place] as number;
      const gradient = gradients[2 * example] as number;
      const hessian = gradients[2 * example + 1] as number;
      const row = example * size;
      for (let dimension = 0; dimension < size; dimension += 1) {
        const cell = (firstCells[dimension] as number) + (train[row + dimension] as number);
        sums[2 * cell] = (sums[2 * cell] as number) + gradient;
        sums[2 * cell + 1] = (sums[2 * cell + 1] as number) + hessian;
        counts[cell] = (counts[cell] as number) + 1;
      }
    }
  }

  /** Makes of the sums of a node those of the examples that its other side does not have. */
  subtract(node: number, side: number): void {
    const [cells, sums, counts] = [this.#cells, this.#sums, this.#counts];
    for (let [at, other] = [2 * node * cells, 2 * side * cells]; at < 2 * (node + 1) * cells; at += 1, other += 1)
      sums[at] = (sums[at] as number) - (sums[other] as number);
    for (let [at, other] = [node * cells, side * cells]; at < (node + 1) * cells; at += 1, other += 1)
      counts[at] = (counts[at] as number) - (counts[other] as number);
  }

  /** Sums over all examples of a node: every dimension has each of them once. */
  total(node: number): NodeSums {
    const end = node * this.#cells + (this.#binned.firstCells[1] as number);
    let [examples, gradient, hessian] = [0, 0, 0];
    for (let cell = node * this.#cells; cell < end; cell += 1) {
      examples += this.#counts[cell] as number;
      gradient += this.#sums[2 * cell] as number;
      hessian += this.#sums[2 * cell + 1] as number;
    }
    return { examples, gradient, hessian };
  }

  /** The split of a node that lowers the loss most, by its second-order expansion; undefined if none lowers it. */
  bestSplit(node: number, total: NodeSums): Split | undefined {
    let best: Split | undefined;
    for (let dimension = 0; dimension < this.#binned.size; dimension += 1) {
      const split = this.#bestSplitOf(node, dimension, total, best?.gain ?? 0);
      best = split ?? best;
    }
    return best;
  }

  /** The best split along a dimension, if it gains more than `least`. */
  #bestSplitOf(node: number, dimension: number, total: NodeSums, least: number): Split | undefined {
    const { firstCells } = this.#binned;
    const [sums, counts] = [this.#sums, this.#counts];
    const first = node * this.#cells + (firstCells[dimension] as number);
    const last = node * this.#cells + (firstCells[dimension + 1] as number) - 1;
    const unsplit = (total.gradient * total.gradient) / total.hessian;
    let [examples, gradient, hessian] = [0, 0, 0];
    let best: Split | undefined;
    let most = least;
    for (let cell = first; cell < last; cell += 1) {
      examples += counts[cell] as number;
      gradient += sums[2 * cell] as number;
      hessian += sums[2 * cell + 1] as number;
      if (examples < LEAST_EXAMPLES || hessian < LEAST_HESSIAN) continue;
      const otherHessian = total.hessian - hessian;
      if (total.examples - examples < LEAST_EXAMPLES || otherHessian < LEAST_HESSIAN) break;
      const otherGradient = total.gradient - gradient;
      const gain = (gradient * gradient) / hessian + (otherGradient * otherGradient) / otherHessian - unsplit;
      if (gain <= most) continue;
      most = gain;
      best = { examples, gradient, hessian, gain, dimension, bin: cell - first };
    }
    return best;
  }
}

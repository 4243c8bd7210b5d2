import type { BinnedVectors } from './binned-vectors.js';
import { ExampleOrder } from './example-order.js';
import { GradientHistograms, LEAST_EXAMPLES, type NodeSums, type Split } from './gradient-histograms.js';

const MOST_DEPTH = 6;
/** The setting of LightGBM and of scikit-learn's HistGradientBoostingClassifier. */
const MOST_LEAVES = 31;
/** Of a leaf's value, up or down: a probability is 0 or 1 by then, and its factor must stay a finite number. */
const MOST_STEP = 100;

/** A node of a tree that is not split, or not yet. */
interface Leaf {
  readonly total: NodeSums;
  readonly depth: number;
  /** Places of its training examples. */
  readonly first: number;
  readonly end: number;
  /** Places of its test examples. */
  readonly testFirst: number;
  readonly testEnd: number;
  /** Which histograms are its own. */
  readonly histograms: number;
  /** Its best split; undefined if it stays a leaf. */
  readonly split: Split | undefined;
}

/** What a tree moves: of one class, float64 [examples]. */
export interface ClassScores {
  /** Probabilities of the training examples, but for a factor that all classes of an example have in common. */
  readonly train: Float64Array;
  /** Logarithms of those of the test examples. */
  readonly test: Float64Array;
}

/** Grows regression trees on gradients, the leaf with the largest gain first. Its memory serves one tree after the other. */
export class GradientTree {
  readonly #train: ExampleOrder;
  readonly #test: ExampleOrder;
  readonly #histograms: GradientHistograms;
  constructor(binned: BinnedVectors) {
    this.#train = new ExampleOrder(binned.train, binned.size);
    this.#test = new ExampleOrder(binned.test, binned.size);
    const mostLeaves = Math.min(MOST_LEAVES, Math.floor(this.#train.examples.length / LEAST_EXAMPLES));
    this.#histograms = new GradientHistograms(binned, Math.max(1, mostLeaves));
  }

  /** Adds a new tree's values to the logarithms. `gradients`: float64 [training examples, gradient and hessian]. */
  addTree(gradients: Float64Array, scores: ClassScores, rate: number): void {
    for (const { total, first, end, testFirst, testEnd } of this.#grow(gradients)) {
      const newton = total.hessian > 0 ? (-rate * total.gradient) / total.hessian : 0;
      const step = Math.max(-MOST_STEP, Math.min(MOST_STEP, newton));
      // One exponential for each leaf, not for each example.
      multiply(scores.train, this.#train.examples.subarray(first, end), Math.exp(step));
      add(scores.test, this.#test.examples.subarray(testFirst, testEnd), step);
    }
  }

  #grow(gradients: Float64Array): readonly Leaf[] {
    this.#train.reset();
    this.#test.reset();
    this.#histograms.fill(0, this.#train.examples, gradients);
    const total = this.#histograms.total(0);
    const places = { first: 0, end: this.#train.examples.length, testFirst: 0, testEnd: this.#test.examples.length };
    const leaves = [this.#withSplit({ ...places, total, depth: 0, histograms: 0, split: undefined })];
    while (leaves.length < MOST_LEAVES) {
      const best = leaves.reduce((one, other) => ((other.split?.gain ?? 0) > (one.split?.gain ?? 0) ? other : one));
      if (best.split === undefined) break;
      const [left, right] = this.#children(best, best.split, { gradients, spare: leaves.length });
      leaves[leaves.indexOf(best)] = left;
      leaves.push(right);
    }
    return leaves;
  }

  /** `spare`: histograms that no leaf has yet. */
  #children(parent: Leaf, split: Split, { gradients, spare }: { gradients: Float64Array; spare: number }): readonly [Leaf, Leaf] {
    const middle = this.#train.split(parent.first, parent.end, split.dimension, split.bin);
    const testMiddle = this.#test.split(parent.testFirst, parent.testEnd, split.dimension, split.bin);
    const depth = parent.depth + 1;
    const left: Leaf = { ...parent, depth, end: middle, testEnd: testMiddle, total: split, split: undefined };
    const right: Leaf = {
      ...parent, depth, first: middle, testFirst: testMiddle, total: difference(parent.total, split), split: undefined,
    };
    const [smaller, larger] = left.total.examples <= right.total.examples ? [left, right] : [right, left];
    if (depth === MOST_DEPTH || larger.total.examples < 2 * LEAST_EXAMPLES) return [left, right];
    // Only the smaller side is added up.
    this.#histograms.fill(spare, this.#train.examples.subarray(smaller.first, smaller.end), gradients);
    this.#histograms.subtract(parent.histograms, spare);
    return [this.#withSplit(larger), this.#withSplit({ ...smaller, histograms: spare })];
  }

  #withSplit(leaf: Leaf): Leaf {
    return { ...leaf, split: this.#histograms.bestSplit(leaf.histograms, leaf.total) };
  }
}

function difference(whole: NodeSums, part: NodeSums): NodeSums {
  return {
    examples: whole.examples - part.examples,
    gradient: whole.gradient - part.gradient,
    hessian: whole.hessian - part.hessian,
  };
}

function multiply(values: Float64Array, examples: Uint32Array, factor: number): void {
  for (let place = 0; place < examples.length; place += 1) {
    const example = examples[place] as number;
    values[example] = (values[example] as number) * factor;
  }
}

function add(values: Float64Array, examples: Uint32Array, term: number): void {
  for (let place = 0; place < examples.length; place += 1) {
    const example = examples[place] as number;
    values[example] = (values[example] as number) + term;
  }
}

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { BinnedVectors } from './binned-vectors.js';
import { ExampleOrder } from './example-order.js';
import { NodeSplitter, type Split } from './node-splitter.js';

/** What trees are grown on, and drawn with, besides the vectors. */
export interface TreeLabels {
  readonly labels: Int32Array;
  readonly classes: number;
  readonly generator: ReturnType<typeof xoroshiro128plus>;
}

/** Places of a node's training and test examples. */
interface Node {
  readonly first: number;
  readonly end: number;
  readonly testFirst: number;
  readonly testEnd: number;
}

/** Grows unpruned classification trees by Gini's impurity. Its memory serves one tree after the other. */
export class ClassTree {
  readonly #train: ExampleOrder;
  readonly #test: ExampleOrder;
  readonly #splitter: NodeSplitter;
  readonly #generator: TreeLabels['generator'];
  /** The dimensions in some order; those that a split has drawn come last. */
  readonly #dimensions: Uint32Array;

  constructor(binned: BinnedVectors, { labels, classes, generator }: TreeLabels) {
    this.#train = new ExampleOrder(binned.train, binned.size);
    this.#test = new ExampleOrder(binned.test, binned.size);
    this.#splitter = new NodeSplitter(binned, labels, classes);
    this.#generator = generator;
    this.#dimensions = Uint32Array.from({ length: binned.size }, (_, dimension) => dimension);
  }

  /**
   * Grows a tree and adds the frequencies of the classes in each test example's leaf to its sums. Nodes that no test example
   * reaches are not grown.
   * @param weights how often the tree has each training example
   * @param sums float64 [test examples, classes]
   */
  addTree(weights: Uint8Array, sums: Float64Array): void {
    this.#test.reset();
    const nodes: Node[] = [{ first: 0, end: this.#train.resetTo(weights), testFirst: 0, testEnd: this.#test.examples.length }];
    this.#splitter.weigh(weights);
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      this.#splitter.enter(this.#train.examples, node.first, node.end);
      const split = this.#splitter.isPure ? undefined : this.#bestSplit();
      if (split === undefined) {
        this.#splitter.addFrequencies(sums, this.#test.examples.subarray(node.testFirst, node.testEnd));
        continue;
      }
      const middle = this.#train.split(node.first, node.end, split.dimension, split.bin);
      const testMiddle = this.#test.split(node.testFirst, node.testEnd, split.dimension, split.bin);
      if (testMiddle > node.testFirst) nodes.push({ ...node, end: middle, testEnd: testMiddle });
      if (testMiddle < node.testEnd) nodes.push({ ...node, first: middle, testFirst: testMiddle });
    }
  }

  /** The best split of sqrt(size) drawn dimensions, or of the next one drawn where all of these have a single value in the node. */
  #bestSplit(): Split | undefined {
    const dimensions = this.#dimensions;
    const drawnLast = dimensions.length - Math.floor(Math.sqrt(dimensions.length));
    let best: Split | undefined;
    for (let last = dimensions.length - 1; last >= 0 && (last >= drawnLast || best === undefined); last -= 1) {
      const drawn = uniformInt(this.#generator, 0, last);
      const dimension = dimensions[drawn] as number;
      dimensions[drawn] = dimensions[last] as number;
      dimensions[last] = dimension;
      const split = this.#splitter.bestSplitOf(dimension);
      if (split !== undefined && (best === undefined || split.purity > best.purity)) best = split;
    }
    return best;
  }
}

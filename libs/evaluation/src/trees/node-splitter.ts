import type { BinnedVectors } from './binned-vectors.js';

// A key has the bin of an example in its highest bits, so that keys are in the order of the bins, and below it label and weight.
const BIN_BITS = 12;
const LABEL_BITS = 15;
/** For how often a tree has an example: once in the mean. */
const WEIGHT_BITS = 4;
/** Classes at most: a label above would run into the bits of the bin. */
export const MOST_CLASSES = 1 << LABEL_BITS;
/** Bins of a dimension at most. */
export const MOST_BINS = 1 << BIN_BITS;
/** How often a tree can have an example at most. */
export const MOST_WEIGHT = (1 << WEIGHT_BITS) - 1;
const BIN_SHIFT = WEIGHT_BITS + LABEL_BITS;
const LABEL_MASK = (1 << LABEL_BITS) - 1;
/** So many keys are sorted by insertion; more by two passes, each by half of the bits of the bin. */
const FEW = 32;
const DIGIT_BITS = BIN_BITS / 2;
const DIGITS = 1 << DIGIT_BITS;

/** Examples whose bin of the dimension is at most `bin` go left. */
export interface Split {
  /** Sum over both sides of the squared counts of the classes by the number of examples: larger where Gini's impurity is smaller. */
  readonly purity: number;
  readonly dimension: number;
  readonly bin: number;
}

/** Finds the splits of one node after the other. */
export class NodeSplitter {
  readonly #binned: BinnedVectors;
  readonly #labels: Int32Array;
  /** Label and weight of every training example, as the lower part of a key. */
  readonly #lowKeys: Int32Array;
  readonly #keys: Int32Array;
  readonly #sorted: Int32Array;
  readonly #places = new Uint32Array(DIGITS + 1);
  /** Weights of the classes in the node, and on both sides of a split. */
  readonly #counts: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  /** The examples of the tree, and which of them are the node's. */
  #examples: Uint32Array = new Uint32Array(0);
  #first = 0;
  #length = 0;
  #weight = 0;
  /** Sum of the squared weights of the classes. */
  #squares = 0;

  constructor(binned: BinnedVectors, labels: Int32Array, classes: number) {
    this.#binned = binned;
    this.#labels = labels;
    this.#lowKeys = new Int32Array(labels.length);
    this.#keys = new Int32Array(labels.length);
    this.#sorted = new Int32Array(labels.length);
    this.#counts = new Float64Array(classes);
    this.#left = new Float64Array(classes);
    this.#right = new Float64Array(classes);
  }

  /** Begins a tree that has every training example so often. */
  weigh(weights: Uint8Array): void {
    for (let example = 0; example < weights.length; example += 1)
      this.#lowKeys[example] = ((this.#labels[example] as number) << WEIGHT_BITS) | (weights[example] as number);
  }

  /** Turns to the node of the training examples at the places from `first` to `end`. */
  enter(examples: Uint32Array, first: number, end: number): void {
    const [counts, lowKeys] = [this.#counts, this.#lowKeys];
    for (let label = 0; label < counts.length; label += 1) counts[label] = 0;
    let [total, squares] = [0, 0];
    for (let place = first; place < end; place += 1) {
      const key = lowKeys[examples[place] as number] as number;
      const [label, weight] = [key >>> WEIGHT_BITS, key & MOST_WEIGHT];
      const before = counts[label] as number;
      counts[label] = before + weight;
      squares += weight * (2 * before + weight);
      total += weight;
    }
    this.#examples = examples;
    this.#first = first;
    this.#length = end - first;
    this.#weight = total;
    this.#squares = squares;
  }

  /** Whether all examples of the node are of one class. */
  get isPure(): boolean {
    return this.#squares === this.#weight * this.#weight;
  }

  /** Adds the frequencies of the node's classes to the sums of these test examples, float64 [test examples, classes]. */
  addFrequencies(sums: Float64Array, tests: Uint32Array): void {
    const classes = this.#counts.length;
    for (let label = 0; label < classes; label += 1) {
      const frequency = (this.#counts[label] as number) / this.#weight;
      if (frequency === 0) continue;
      for (let place = 0; place < tests.length; place += 1) {
        const at = (tests[place] as number) * classes + label;
        sums[at] = (sums[at] as number) + frequency;
      }
    }
  }

  /** The best split along a dimension, halfway between the bins beside it; undefined if all examples of the node are in one bin. */
  bestSplitOf(dimension: number): Split | undefined {
    const sorted = this.#sortedKeys(dimension);
    const end = this.#length;
    if ((sorted[0] as number) >>> BIN_SHIFT === (sorted[end - 1] as number) >>> BIN_SHIFT) return undefined;
    const [counts, left, right, total] = [this.#counts, this.#left, this.#right, this.#weight];
    for (let label = 0; label < counts.length; label += 1) {
      left[label] = 0;
      right[label] = counts[label] as number;
    }
    let [leftWeight, leftSquares, rightSquares] = [0, 0, this.#squares];
    let [purity, bin] = [-1, 0];
    for (let place = 0, last = (sorted[0] as number) >>> BIN_SHIFT; place < end; place += 1) {
      const key = sorted[place] as number;
      const next = key >>> BIN_SHIFT;
      if (next !== last) {
        const rightWeight = total - leftWeight;
        const found = (leftSquares * rightWeight + rightSquares * leftWeight) / (leftWeight * rightWeight);
        if (found > purity) [purity, bin] = [found, (last + next) >>> 1];
        last = next;
      }
      const [label, weight] = [(key >>> WEIGHT_BITS) & LABEL_MASK, key & MOST_WEIGHT];
      const [before, others] = [left[label] as number, right[label] as number];
      leftSquares += weight * (2 * before + weight);
      rightSquares -= weight * (2 * others - weight);
      leftWeight += weight;
      left[label] = before + weight;
      right[label] = others - weight;
    }
    return { purity, dimension, bin };
  }

  #sortedKeys(dimension: number): Int32Array {
    const [examples, keys, lowKeys] = [this.#examples, this.#keys, this.#lowKeys];
    const { train, size } = this.#binned;
    const [first, length] = [this.#first, this.#length];
    for (let place = 0; place < length; place += 1) {
      const example = examples[first + place] as number;
      keys[place] = ((train[example * size + dimension] as number) << BIN_SHIFT) | (lowKeys[example] as number);
    }
    if (length <= FEW) {
      sortByInsertion(keys, length);
      return keys;
    }
    this.#sortByDigit(keys, this.#sorted, BIN_SHIFT);
    this.#sortByDigit(this.#sorted, keys, BIN_SHIFT + DIGIT_BITS);
    return keys;
  }

  /** Counts the keys by the digit that begins at a bit; keys of the same digit keep their order. */
  #sortByDigit(keys: Int32Array, sorted: Int32Array, shift: number): void {
    const [places, end] = [this.#places.fill(0), this.#length];
    for (let place = 0; place < end; place += 1) {
      const above = (((keys[place] as number) >>> shift) & (DIGITS - 1)) + 1;
      places[above] = (places[above] as number) + 1;
    }
    for (let digit = 1; digit <= DIGITS; digit += 1) places[digit] = (places[digit] as number) + (places[digit - 1] as number);
    for (let place = 0; place < end; place += 1) {
      const key = keys[place] as number;
      const digit = (key >>> shift) & (DIGITS - 1);
      const to = places[digit] as number;
      places[digit] = to + 1;
      sorted[to] = key;
    }
  }
}

function sortByInsertion(keys: Int32Array, end: number): void {
  for (let place = 1; place < end; place += 1) {
    const key = keys[place] as number;
    let to = place;
    for (; to > 0 && (keys[to - 1] as number) > key; to -= 1) keys[to] = keys[to - 1] as number;
    keys[to] = key;
  }
}

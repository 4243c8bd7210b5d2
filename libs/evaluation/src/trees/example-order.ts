/** Examples in an order in which those of every node of a tree follow one another. */
export class ExampleOrder {
  readonly examples: Uint32Array;
  readonly #right: Uint32Array;
  readonly #bins: Uint16Array;
  readonly #size: number;

  /** `bins`: uint16 [examples, size]. */
  constructor(bins: Uint16Array, size: number) {
    this.examples = new Uint32Array(bins.length / size);
    this.#right = new Uint32Array(this.examples.length);
    this.#bins = bins;
    this.#size = size;
    this.reset();
  }

  /** The order of a tree that has no split yet. */
  reset(): void {
    for (let example = 0; example < this.examples.length; example += 1) this.examples[example] = example;
  }

  /**
   * The order of a tree without splits that has the examples of a weight above 0 alone.
   * @returns their number
   */
  resetTo(weights: Uint8Array): number {
    let kept = 0;
    for (let example = 0; example < weights.length; example += 1) {
      this.examples[kept] = example;
      if ((weights[example] as number) > 0) kept += 1;
    }
    return kept;
  }

  /**
   * Splits a node: of the places from `first` to `end`, examples whose bin is at most `bin` come first. Both sides keep their order.
   * @returns the first place of the others
   */
  split(first: number, end: number, dimension: number, bin: number): number {
    const { examples } = this;
    const [right, bins, size] = [this.#right, this.#bins, this.#size];
    let [left, moved] = [first, 0];
    for (let place = first; place < end; place += 1) {
      const example = examples[place] as number;
      // Both are written and one counts: a branch that nobody can predict takes longer.
      const isRight = Number((bins[example * size + dimension] as number) > bin);
      examples[left] = example;
      right[moved] = example;
      left += 1 - isRight;
      moved += isRight;
    }
    for (let place = 0; place < moved; place += 1) examples[left + place] = right[place] as number;
    return left;
  }
}

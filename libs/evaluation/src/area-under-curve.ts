/** Labels that were known and what was predicted for them. */
export interface ScoredExamples {
  /** Class of each example. */
  readonly labels: readonly number[];
  /** Probability of the last class: with two classes, of the positive one. */
  readonly scores: readonly number[];
}

/**
 * Area under the receiver operating characteristic for two classes: the chance that an example of class 1 scores higher than one
 * of class 0, ties counting half (Mann and Whitney). Null where one of the classes is missing, or a score is not a number, which has no
 * place in an order.
 */
export function areaUnderCurve({ labels, scores }: ScoredExamples): number | null {
  const scoresOf = (isPositive: boolean): Float64Array =>
    Float64Array.from(scores.filter((_, index) => (labels[index] === 1) === isPositive));
  return chanceOfHigher(scoresOf(true), scoresOf(false));
}

/**
 * Mean over the classes of the area under the curve by which the probability of that class tells its examples from all others; of two
 * classes both areas are that of `areaUnderCurve`. Classes without examples do not count. Null where a probability is not a number, or
 * all examples are of one class. The examples are put in order once, for all samples that are drawn from them.
 */
export class MeanAreaUnderCurves {
  readonly #curves: readonly ClassCurve[] | null;

  /** @param logProbabilities float32 [examples, classes] in the order of the labels */
  constructor(logProbabilities: Float32Array, labels: Int32Array, classes: number) {
    this.#curves = logProbabilities.some(Number.isNaN)
      ? null
      : Array.from(new Set(labels)).sort((a, b) => a - b).map((label) => {
          const scores = Float32Array.from(labels, (_, example) => logProbabilities[example * classes + label] as number);
          return new ClassCurve(scores, labels, label);
        });
  }

  /** Of a sample that has each example so often: [examples]. */
  of(counts: Uint16Array): number | null {
    const areas = (this.#curves ?? []).map((curve) => curve.area(counts)).filter((area) => area !== undefined);
    if (areas.length === 0 || areas.includes(null)) return null;
    return areas.reduce((sum: number, area) => sum + (area ?? 0) / areas.length, 0);
  }
}

/** Bits of an entry of a class's order: whether the example is of the class, and whether its score is higher than the one before. */
const [IS_OWN, IS_HIGHER, EXAMPLE_SHIFT] = [1, 2, 2];

/** The examples in the order of one class's scores. */
class ClassCurve {
  /** One number for each, which is read in one go: the example, and the bits. */
  readonly #order: Int32Array;

  constructor(scores: Float32Array, labels: Int32Array, label: number) {
    const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
    const isHigher = (example: number, place: number): boolean => scores[example] !== scores[order[place - 1] ?? example];
    this.#order = Int32Array.from(order, (example, place) => (
      (example << EXAMPLE_SHIFT) | (isHigher(example, place) ? IS_HIGHER : 0) | (labels[example] === label ? IS_OWN : 0)
    ));
  }

  /** The chance that an example of the class is higher than another, ties counting half; null without others, undefined without own. */
  area(counts: Uint16Array): number | null | undefined {
    const order = this.#order;
    let [own, lower, sum, tiedOwn, tiedOthers] = [0, 0, 0, 0, 0];
    for (let place = 0; place < order.length; place += 1) {
      const entry = order[place] as number;
      if ((entry & IS_HIGHER) !== 0) {
        sum += tiedOwn * (2 * lower + tiedOthers);
        own += tiedOwn;
        lower += tiedOthers;
        tiedOwn = 0;
        tiedOthers = 0;
      }
      const count = counts[entry >> EXAMPLE_SHIFT] as number;
      // A product, not a branch that nobody can predict.
      const ofOwn = count * (entry & IS_OWN);
      tiedOwn += ofOwn;
      tiedOthers += count - ofOwn;
    }
    sum += tiedOwn * (2 * lower + tiedOthers);
    own += tiedOwn;
    const others = lower + tiedOthers;
    if (own === 0) return undefined;
    return others === 0 ? null : sum / 2 / (own * others);
  }
}

/** The chance that one of the first scores is higher than one of the second, ties counting half. Both are put in order. */
function chanceOfHigher(scores: Float64Array, others: Float64Array): number | null {
  if (scores.length === 0 || others.length === 0) return null;
  // Numbers come first, whatever they are.
  scores.sort();
  others.sort();
  if (Number.isNaN(scores.at(-1)) || Number.isNaN(others.at(-1))) return null;
  let [lower, notHigher, sum] = [0, 0, 0];
  for (const score of scores) {
    while (lower < others.length && (others[lower] as number) < score) lower += 1;
    while (notHigher < others.length && (others[notHigher] as number) <= score) notHigher += 1;
    sum += (lower + notHigher) / 2;
  }
  return sum / (scores.length * others.length);
}

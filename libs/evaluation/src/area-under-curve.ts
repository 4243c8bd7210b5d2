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
 * all examples are of one class.
 *
 * @param logProbabilities float32 [examples, classes] in the order of the labels
 */
export function meanAreaUnderCurves(logProbabilities: Float32Array, labels: Int32Array, classes: number): number | null {
  const examplesOf = new Float64Array(classes);
  for (const label of labels) examplesOf[label] = (examplesOf[label] ?? 0) + 1;
  const seen = [...examplesOf.keys()].filter((label) => (examplesOf[label] ?? 0) > 0);
  const areas = seen.map((label) => {
    const own = new Float64Array(examplesOf[label] ?? 0);
    const others = new Float64Array(labels.length - own.length);
    let [ofOwn, ofOthers] = [0, 0];
    for (let example = 0; example < labels.length; example += 1) {
      const score = logProbabilities[example * classes + label] as number;
      if (labels[example] === label) own[ofOwn++] = score;
      else others[ofOthers++] = score;
    }
    return chanceOfHigher(own, others);
  });
  return areas.reduce((sum: number | null, area) => (sum === null || area === null ? null : sum + area / areas.length), 0);
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

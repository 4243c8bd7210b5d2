/** A confidence interval of 95 %: its two ends. */
export type Interval = readonly [low: number, high: number];

/** Standard deviations of a normal distribution between whose ends 95 % of it lie. */
export const NORMAL_95 = 1.959963984540054;

/**
 * The interval of a share that was found among a number of examples, by Wilson's score: it stays within 0 and 1, and has a width where
 * all or none of a few examples were read right. The whole range without examples, and for a share that is not a number.
 *
 * @see Wilson, Probable Inference, the Law of Succession, and Statistical Inference (1927)
 */
export function shareInterval(share: number, examples: number): Interval {
  if (!(examples > 0) || Number.isNaN(share)) return [0, 1];
  const square = NORMAL_95 ** 2 / examples;
  const middle = (share + square / 2) / (1 + square);
  const half = (NORMAL_95 / (1 + square)) * Math.sqrt((share * (1 - share)) / examples + square / (4 * examples));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** A share that was found among so many examples. */
export interface FoundShare { readonly share: number; readonly examples: number }

/**
 * The interval of the mean of shares, each found among examples of its own, in which each counts alike however few examples it has: the
 * squares of the distances from each share to the ends of its own interval are added up. Of a single share it is that one's own.
 * The whole range without shares.
 *
 * @see Zou, Huang and Zhang, A Note on Confidence Interval Estimation for a Linear Function of Binomial Proportions (2009)
 */
export function meanShareInterval(shares: readonly FoundShare[]): Interval {
  const { length } = shares;
  if (length === 0) return [0, 1];
  const mean = shares.reduce((sum, { share }) => sum + share, 0) / length;
  const distance = (end: 0 | 1): number => (
    Math.sqrt(shares.reduce((sum, { share, examples }) => sum + (shareInterval(share, examples)[end] - share) ** 2, 0)) / length
  );
  return [Math.max(0, mean - distance(0)), Math.min(1, mean + distance(1))];
}

/** Halvings of a range, after which nothing is left of it in float64. */
const HALVINGS = 60;

/**
 * The interval of an area under the curve, from the area and the number of examples of each of the two classes alone, however many
 * there are: its ends are those areas from which the one that was found is 1.96 of their standard deviations away. So it has a width
 * where a few examples were ordered without a mistake.
 *
 * @see Newcombe, Confidence Intervals for an Effect Size Measure Based on the Mann-Whitney Statistic, part 2 (2006), method 5
 */
export function areaInterval(area: number, positives: number, negatives: number): Interval {
  const further = (positives + negatives) / 2 - 1;
  const isOutside = (truth: number): boolean => {
    const spread = 1 + further * ((1 - truth) / (2 - truth) + truth / (1 + truth));
    return (area - truth) ** 2 > (NORMAL_95 ** 2 * truth * (1 - truth) * spread) / (positives * negatives);
  };
  const end = (bound: number): number => {
    let [outside, inside] = [bound, area];
    for (let halving = 0; halving < HALVINGS; halving += 1) {
      const middle = (outside + inside) / 2;
      if (isOutside(middle)) outside = middle;
      else inside = middle;
    }
    return inside;
  };
  return [end(0), end(1)];
}

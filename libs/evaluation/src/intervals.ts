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

/**
 * The interval of an area under the curve, from the area and the number of examples of each of the two classes alone, however many
 * there are.
 *
 * @see Hanley and McNeil, The Meaning and Use of the Area under a ROC Curve (1982)
 */
export function areaInterval(area: number, positives: number, negatives: number): Interval {
  const both = area / (2 - area) - area ** 2;
  const alone = (2 * area ** 2) / (1 + area) - area ** 2;
  const variance = (area * (1 - area) + (positives - 1) * both + (negatives - 1) * alone) / (positives * negatives);
  const half = NORMAL_95 * Math.sqrt(Math.max(0, variance));
  return [Math.max(0, area - half), Math.min(1, area + half)];
}

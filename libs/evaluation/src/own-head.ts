import { bootstrapIntervals } from './bootstrap.js';
import { GroupFigures, type GroupedPredictions } from './group-figures.js';
import type { Interval } from './intervals.js';

/** A figure with its 95 %; null: no resample defines it. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
}

/** How a head treats the groups of one attribute. */
export interface GroupTreatment {
  /** The attribute. */
  readonly name: string;
  /** Test examples with a label and a group. */
  readonly examples: number;
  /** Null: fewer than two groups have such examples. */
  readonly demographic_parity: Estimate | null;
  readonly equalised_odds: Estimate | null;
  /** Groups without such examples are left out. */
  readonly groups: readonly { readonly name: string; readonly examples: number; readonly calibration_error: Estimate }[];
}

/** What the run's own head predicts of the label. */
export interface OwnHeadFigures {
  readonly attribute: string;
  readonly accuracy: Estimate;
  /** By each forgotten attribute. */
  readonly treatments: readonly GroupTreatment[];
}

/** Every run draws the same examples again. */
const SEED = 1;

/** The accuracy of a head among all examples with a label. */
export async function headAccuracy(predictions: Omit<GroupedPredictions, 'groups' | 'groupCount'>): Promise<Estimate> {
  const all = new GroupFigures({ ...predictions, groups: new Uint8Array(predictions.labels.length), groupCount: 1 });
  const { accuracy } = await estimates(predictions.labels.length, (counts) => ({ accuracy: all.accuracy(counts) }));
  return accuracy ?? { value: Number.NaN, interval: null };
}

/** How a head treats groups. @param groupNames in the order of their indices */
export async function groupTreatment(
  name: string, predictions: GroupedPredictions, groupNames: readonly string[],
): Promise<GroupTreatment> {
  const figures = new GroupFigures(predictions);
  const examples = predictions.labels.length;
  const { parity, odds, ...errors } = await estimates(examples, (counts) => ({
    parity: figures.demographicParity(counts),
    odds: figures.equalisedOdds(counts),
    ...Object.fromEntries(groupNames.map((_, group) => [String(group), figures.calibrationError(counts, group)])),
  }));
  const counts = new Uint32Array(groupNames.length);
  for (let example = 0; example < examples; example += 1) {
    const group = predictions.groups[example] as number;
    counts[group] = (counts[group] as number) + 1;
  }
  return {
    name,
    examples,
    demographic_parity: parity ?? null,
    equalised_odds: odds ?? null,
    groups: groupNames.flatMap((groupName, group) => {
      const error = errors[String(group)] ?? null;
      return error === null ? [] : [{ name: groupName, examples: counts[group] ?? 0, calibration_error: error }];
    }),
  };
}

/** Figures of all examples with their intervals; null where a figure is not defined. */
async function estimates(
  examples: number, figuresOf: (counts: Uint16Array) => Readonly<Record<string, number | null>>,
): Promise<Record<string, Estimate | null>> {
  const all = figuresOf(new Uint16Array(examples).fill(1));
  const intervals = await bootstrapIntervals(examples, SEED, figuresOf);
  return Object.fromEntries(Object.entries(all).map(([name, value]) => (
    [name, value === null ? null : { value, interval: intervals[name] ?? null }] as const
  )));
}

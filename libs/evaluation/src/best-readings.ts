import type { Interval } from './intervals.js';
import type { AttributeProbeRow } from './probes/attribute-probe-row.js';

/** Figures by which the best of several probes is found: more is more that was read. */
export const READINGS = ['auroc', 'balanced_accuracy', 'accuracy', 'r_squared'] as const;
/** A figure by which it is said how well something is read. */
export type ReadingName = (typeof READINGS)[number];

/** A probe, with one figure of it. */
export interface Reading extends Pick<AttributeProbeRow, 'probe' | 'input' | 'whitened' | 'halves'> {
  /** Mean over its seeds. */
  readonly value: number;
  /** Seeds share their test examples: the mean of their intervals. Null: none of them has one. */
  readonly interval: Interval | null;
  /** Test examples that all of its seeds were scored on. */
  readonly scored: number;
}

/** The best of several probes by each figure. Null: no probe has it. */
export type BestReadings = Readonly<Record<ReadingName, Reading | null>>;

/** The best of these probes by each figure; the first one of several. A figure that is not finite, or not defined, is never the best. */
export function bestReadings(rows: readonly AttributeProbeRow[]): BestReadings {
  const best = (name: ReadingName): Reading | null => rows.reduce((found: Reading | null, row) => {
    const reading = readingOf(row, name);
    return reading !== null && (found === null || reading.value > found.value) ? reading : found;
  }, null);
  return { auroc: best('auroc'), balanced_accuracy: best('balanced_accuracy'), accuracy: best('accuracy'), r_squared: best('r_squared') };
}

/** The best reading by which an attribute is judged, and among which examples it was found. */
export interface DecidingReading extends Reading {
  /** Name of the class of the label; null: among all. */
  readonly given: string | null;
}

/** The best probe by its area in that class of the label in which most is read; null where none has an area. */
export function largestGiven(given: readonly { readonly class: string | null; readonly best: BestReadings }[]): DecidingReading | null {
  return given.reduce((most: DecidingReading | null, { class: of, best: { auroc } }) => (
    auroc !== null && (most === null || auroc.value > most.value) ? { ...auroc, given: of } : most
  ), null);
}

/** The best probe of an attribute by its area: under parity of all examples, under odds of the class in which most is read. */
export function decidingReading(
  { best, given }: { readonly best: BestReadings; readonly given: readonly { readonly class: string; readonly best: BestReadings }[] },
  fairness: 'parity' | 'odds',
): DecidingReading | null {
  return largestGiven(fairness === 'parity' ? [{ class: null, best }] : given);
}

/** A figure of a probe, over its seeds; null where it is not defined for one of them, or not finite. */
export function readingOf({ probe, input, whitened, halves, seeds }: AttributeProbeRow, name: ReadingName): Reading | null {
  const values = seeds.flatMap(({ figures }) => figures[name] ?? []);
  const value = values.reduce((sum, each) => sum + each / values.length, 0);
  if (values.length === 0 || values.length < seeds.length || !Number.isFinite(value)) return null;
  const scored = seeds.reduce((least, { figures }) => Math.min(least, figures.scored), Infinity);
  const interval = name === 'r_squared'
    ? null
    : meanInterval(seeds.map(({ figures }) => [figures[`${name}_low`], figures[`${name}_high`]]));
  return { probe, input, whitened, halves, value, interval, scored };
}

function meanInterval(intervals: readonly (readonly [low: number | null, high: number | null])[]): Interval | null {
  const mean = (ends: readonly (number | null)[]): number | null => (
    ends.reduce((sum, end) => (sum === null || end === null ? null : sum + end / ends.length), 0)
  );
  const [low, high] = [mean(intervals.map(([end]) => end)), mean(intervals.map(([, end]) => end))];
  return low === null || high === null ? null : [low, high];
}

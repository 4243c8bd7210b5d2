import type { MetricsLine } from '@lethe/run-folder';

/** A figure over the rounds of a run. */
interface Curve {
  readonly rounds: readonly number[];
  readonly values: readonly number[];
}

/** Which of two curves is lower in the end, as far as both go, and since when. */
export interface Crossing {
  /** The round from which on one is lower throughout; null: it is from the beginning. */
  readonly round: number | null;
  /** Null: they are the same in the end, or not finite. */
  readonly lower: 'first' | 'other' | null;
}

/** A loss of every round, or a figure of every epoch, of several runs. */
export interface ComparedCurve {
  readonly figure: string;
  readonly of: 'rounds' | 'epochs';
  /** At the end of each run, of a loss the mean of the last `smoothed` rounds; null: the run does not have it, or it is not finite. */
  readonly final: readonly (number | null)[];
  /** Rounds that a loss is averaged over, since it is one batch's; 1: none are. */
  readonly smoothed: number;
  /** Of each run but the first, with the first; null where one of the two does not have it, or they have no round in common. */
  readonly crossings: readonly (Crossing | null)[];
}

/** What a line of `metrics.jsonl` says besides losses and figures. */
const NO_FIGURES: readonly string[] = ['kind', 'round', 'epoch', 'images_per_second', 'wire_mb', 'wire_surplus_percent'];
/** A loss is averaged over this part of the rounds that all runs have. */
const SMOOTHED_PART = 1 / 50;

/** Compares what several runs wrote into their `metrics.jsonl`. */
export function compareCurves(runs: readonly (readonly MetricsLine[])[]): ComparedCurve[] {
  const common = runs.reduce((least, lines) => Math.min(least, lines.at(-1)?.round ?? 0), Infinity);
  return [
    ...ofKind(runs, 'round', Math.max(1, Math.round(common * SMOOTHED_PART))),
    ...ofKind(runs, 'epoch', 1),
  ];
}

function ofKind(runs: readonly (readonly MetricsLine[])[], kind: MetricsLine['kind'], smoothed: number): ComparedCurve[] {
  const lines = runs.map((all) => all.filter((line) => line.kind === kind));
  const figures = new Set(lines.flat().flatMap((line) => Object.keys(line)).filter((name) => !NO_FIGURES.includes(name)));
  return [...figures].map((figure) => {
    const [first = null, ...others] = lines.map((all) => curveOf(all, figure, smoothed));
    return {
      figure, of: kind === 'round' ? 'rounds' : 'epochs', smoothed,
      final: [first, ...others].map((curve) => finite(curve?.values.at(-1))),
      crossings: others.map((other) => (first === null || other === null ? null : crossingOf(first, other))),
    };
  });
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** Each value is the mean of the last `smoothed` ones, or of all before where these are fewer. */
function curveOf(lines: readonly MetricsLine[], figure: string, smoothed: number): Curve | null {
  const found = lines.filter((line) => line[figure] !== undefined);
  if (found.length === 0) return null;
  return { rounds: found.map(({ round }) => round), values: movingMeans(found.map((line) => Number(line[figure])), smoothed) };
}

/**
 * In time in proportion to the values. They are cut into blocks of `width`: a window is the end of a block and the beginning of the next.
 * Unlike one running sum, these forget a value that is not finite when the window has passed it.
 */
function movingMeans(values: readonly number[], width: number): number[] {
  const [begun, left] = [[...values], [...values]];
  for (let index = 1; index < values.length; index += 1) {
    if (index % width !== 0) begun[index] = (begun[index - 1] as number) + (values[index] as number);
  }
  for (let index = values.length - 2; index >= 0; index -= 1) {
    if ((index + 1) % width !== 0) left[index] = (left[index + 1] as number) + (values[index] as number);
  }
  return begun.map((sum, index) => {
    const first = index + 1 - width;
    if (first <= 0) return sum / (index + 1);
    return (first % width === 0 ? sum : (left[first] as number) + sum) / width;
  });
}

/** Between its rounds a curve is a straight line. */
export function crossingOf(first: Curve, other: Curve): Crossing | null {
  const [start, end] = [
    Math.max(first.rounds[0] ?? Infinity, other.rounds[0] ?? Infinity), Math.min(first.rounds.at(-1) ?? 0, other.rounds.at(-1) ?? 0),
  ];
  const rounds = [...new Set([...first.rounds, ...other.rounds])].filter((round) => round >= start && round <= end).sort((a, b) => a - b);
  if (rounds.length === 0) return null;
  const [ofFirst, ofOther] = [valuesAt(first, rounds), valuesAt(other, rounds)];
  const signs = rounds.map((_, index) => Math.sign((ofFirst[index] ?? 0) - (ofOther[index] ?? 0)));
  const last = signs.at(-1) ?? 0;
  if (last === 0 || Number.isNaN(last)) return { round: null, lower: null };
  const crossed = signs.findLastIndex((sign) => sign !== last);
  return { round: crossed < 0 ? null : (rounds[crossed + 1] ?? null), lower: last < 0 ? 'first' : 'other' };
}

/** Values of a curve at these rounds, which are in order. */
function valuesAt({ rounds, values }: Curve, wanted: readonly number[]): number[] {
  let next = 0;
  return wanted.map((round) => {
    while (next < rounds.length - 1 && (rounds[next] ?? 0) < round) next += 1;
    const [after = round, value = Number.NaN] = [rounds[next], values[next]];
    const [before, earlier] = [rounds[next - 1], values[next - 1]];
    if (before === undefined || earlier === undefined || after === round) return value;
    return earlier + ((value - earlier) * (round - before)) / (after - before);
  });
}

import {
  areaInterval, areaUnderCurve, confidenceInterval, NORMAL_95, shareInterval,
  type AdaptationEvaluation, type DomainEvaluation, type Interval, type ScoredExamples,
} from '@lethe/evaluation';
import { mostFrequentShare } from '@lethe/report';
import { spreadOverSeeds, type SpreadOverSeeds } from '../seeds/seeds-statistics.js';
import { KINDS, type Kind } from './plan-comparison.js';

/** A figure of the target's test examples, by which kinds of runs are compared. */
export interface ComparedFigure {
  readonly name: 'accuracy' | 'AUROC';
  readonly of: (evaluation: AdaptationEvaluation) => number | null;
  /** What is reached without reading anything. */
  readonly chance: (target: DomainEvaluation) => number;
}

/** A figure of the runs of one kind. */
export interface ComparedKind extends SpreadOverSeeds {
  readonly kind: Kind;
  /** 95 % of the mean: what other test examples could have given; null where it cannot be found. */
  readonly interval: Interval | null;
  /** Labelled test examples of the target in each run. */
  readonly examples: number;
}

/** What `comparison.json` holds for each figure. */
export interface Comparison {
  readonly figure: ComparedFigure['name'];
  readonly target: string;
  readonly kinds: readonly ComparedKind[];
  /** (adapted - sources) / (target - sources) of the means; null where one is missing or the target teaches no more than the sources. */
  readonly gap_closed: number | null;
  /** What is reached without reading anything: by naming the target's most frequent class, or (AUROC) by any order; null: unknown. */
  readonly chance: number | null;
  /** 95 % of it; null where the intervals of the sources and of the target overlap: it is not known then whether there is a gap. */
  readonly gap_interval: Interval | null;
}

const FIGURES: readonly ComparedFigure[] = [
  { name: 'accuracy', of: (evaluation) => targetOf(evaluation)?.accuracy ?? null, chance: ({ confusion }) => mostFrequentShare(confusion) },
  { name: 'AUROC', of: (evaluation) => targetOf(evaluation)?.auroc ?? null, chance: () => 0.5 },
];

/** Compares the kinds of runs by every figure that they have. */
export function compare(evaluations: readonly AdaptationEvaluation[]): Comparison[] {
  return FIGURES.flatMap((figure): Comparison[] => {
    const kinds = KINDS.flatMap((kind) => comparedKind(evaluations.filter(({ training }) => training === kind), figure, kind));
    const [first] = evaluations;
    if (first === undefined || kinds.length === 0) return [];
    const target = targetOf(first);
    return [{
      figure: figure.name, target: first.target, kinds,
      chance: target === undefined || target.confusion.length === 0 ? null : figure.chance(target),
      gap_closed: gapClosed(kinds), gap_interval: gapInterval(kinds),
    }];
  });
}

/** The target among a run's domains. */
export function targetOf({ domains, target }: AdaptationEvaluation): DomainEvaluation | undefined {
  return domains.find(({ name }) => name === target);
}

function comparedKind(evaluations: readonly AdaptationEvaluation[], { name, of }: ComparedFigure, kind: Kind): ComparedKind[] {
  const scored = evaluations.flatMap((evaluation) => {
    const value = of(evaluation);
    return value === null ? [] : [{ evaluation, value }];
  });
  if (scored.length === 0) return [];
  const spread = spreadOverSeeds(scored.map(({ evaluation }) => evaluation.seed), scored.map(({ value }) => value));
  // Runs from several seeds may share test examples: together they count no more than one run's.
  const examples = scored.reduce((least, { evaluation }) => Math.min(least, targetOf(evaluation)?.labelled ?? 0), Infinity);
  const interval = name === 'accuracy'
    ? shareInterval(spread.mean, examples)
    : meanAreaInterval(scored.flatMap(({ evaluation }) => evaluation.scored ?? []), spread.mean);
  return [{ kind, ...spread, interval, examples }];
}

/** Where every run has all examples in order, resampling them finds no doubt: then their number alone says how much there is. */
function meanAreaInterval(runs: readonly ScoredExamples[], mean: number): Interval | null {
  const found = confidenceInterval(runs, areaUnderCurve);
  const [first] = runs;
  if (first === undefined || found === null || found[1] > found[0]) return found;
  const positives = first.labels.filter((label) => label === 1).length;
  return areaInterval(mean, positives, first.labels.length - positives);
}

/** A gap that is no wider is none. */
const LEAST_GAP = 1e-9;

function gapClosed(kinds: readonly ComparedKind[]): number | null {
  const meanOf = (wanted: Kind): number => kinds.find(({ kind }) => kind === wanted)?.mean ?? Number.NaN;
  const gap = meanOf('target') - meanOf('sources');
  const closed = (meanOf('adaptation') - meanOf('sources')) / gap;
  return gap > LEAST_GAP && !Number.isNaN(closed) ? closed : null;
}

/** By the first terms of the errors of the three means, as if they were independent: those of one set of test examples vary less. */
function gapInterval(kinds: readonly ComparedKind[]): Interval | null {
  const [sources, adapted, target] = KINDS.map((wanted) => kinds.find(({ kind }) => kind === wanted));
  const closed = gapClosed(kinds);
  if (!sources?.interval || !adapted?.interval || !target?.interval || closed === null) return null;
  if (sources.interval[1] >= target.interval[0]) return null;
  const variances = [sources.interval, adapted.interval, target.interval].map(([low, high]) => ((high - low) / 2 / NORMAL_95) ** 2);
  const [ofSources = 0, ofAdapted = 0, ofTarget = 0] = variances;
  const deviation = Math.sqrt((1 - closed) ** 2 * ofSources + ofAdapted + closed ** 2 * ofTarget) / (target.mean - sources.mean);
  return [closed - NORMAL_95 * deviation, closed + NORMAL_95 * deviation];
}

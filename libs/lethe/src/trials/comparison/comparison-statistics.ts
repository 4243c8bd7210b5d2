import { confidenceInterval, areaUnderCurve, type AdaptationEvaluation, type DomainEvaluation } from '@lethe/evaluation';
import { spreadOverSeeds, type SpreadOverSeeds } from '../seeds/seeds-statistics.js';
import { KINDS, type Kind } from './plan-comparison.js';

/** A figure of the target's test examples, by which kinds of runs are compared. */
export interface ComparedFigure {
  readonly name: 'accuracy' | 'AUROC';
  readonly of: (evaluation: AdaptationEvaluation) => number | null;
}

/** A figure of the runs of one kind. */
export interface ComparedKind extends SpreadOverSeeds {
  readonly kind: Kind;
  /** 95 % of the mean over resampled test examples; null unless there are two classes. */
  readonly interval: readonly [number, number] | null;
}

/** What `comparison.json` holds for each figure. */
export interface Comparison {
  readonly figure: ComparedFigure['name'];
  readonly target: string;
  readonly kinds: readonly ComparedKind[];
  /** (adapted - sources) / (target - sources) of the means; null where one is missing or the target teaches no more than the sources. */
  readonly gap_closed: number | null;
}

const FIGURES: readonly ComparedFigure[] = [
  { name: 'accuracy', of: (evaluation) => targetOf(evaluation)?.accuracy ?? null },
  { name: 'AUROC', of: (evaluation) => targetOf(evaluation)?.auroc ?? null },
];

/** Compares the kinds of runs by every figure that they have. */
export function compare(evaluations: readonly AdaptationEvaluation[]): Comparison[] {
  return FIGURES.flatMap((figure): Comparison[] => {
    const kinds = KINDS.flatMap((kind) => comparedKind(evaluations.filter(({ training }) => training === kind), figure, kind));
    const [first] = evaluations;
    return first === undefined || kinds.length === 0
      ? []
      : [{ figure: figure.name, target: first.target, kinds, gap_closed: gapClosed(kinds) }];
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
  const values = scored.map(({ value }) => value);
  const interval =
    name === 'AUROC'
      ? confidenceInterval(
          scored.flatMap(({ evaluation }) => evaluation.scored ?? []),
          areaUnderCurve,
        )
      : null;
  return [
    {
      kind,
      ...spreadOverSeeds(
        scored.map(({ evaluation }) => evaluation.seed),
        values,
      ),
      interval,
    },
  ];
}

/** A gap that is no wider is none. */
const LEAST_GAP = 1e-9;

function gapClosed(kinds: readonly ComparedKind[]): number | null {
  const meanOf = (wanted: Kind): number => kinds.find(({ kind }) => kind === wanted)?.mean ?? Number.NaN;
  const gap = meanOf('target') - meanOf('sources');
  const closed = (meanOf('adaptation') - meanOf('sources')) / gap;
  return gap > LEAST_GAP && !Number.isNaN(closed) ? closed : null;
}

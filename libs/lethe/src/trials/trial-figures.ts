import { FIGURES, TARGET_ACCURACY, type RunConfig } from '@lethe/config';
import {
  shareInterval, type AdaptationEvaluation, type ForgettingEvaluation, type Interval, type RunEvaluation,
} from '@lethe/evaluation';
import { accuracyInterval, mostFrequentShare, scoredBy } from '@lethe/report';

/** Figures of an evaluation, by the names that a sweep gives them. Of several seeds of a probe the mean counts. */
export function evaluationFigures(evaluation: RunEvaluation): Record<string, number> {
  return evaluation.kind === 'forgetting' ? forgettingFigures(evaluation) : adaptationFigures(evaluation);
}

function forgettingFigures({ probes, swap, reconstruction, style }: ForgettingEvaluation): Record<string, number> {
  const latent = probes.filter(({ input, labels }) => input === 'latent' && labels === 'true');
  const accuracies = latent.map(
    ({ probe, seeds }) => [`probe_${probe}`, seeds.reduce((sum, { figures }) => sum + figures.accuracy / seeds.length, 0)] as const,
  );
  return {
    ...Object.fromEntries(accuracies),
    ...(accuracies.length === 0 ? {} : { probe_best: greatest(accuracies.map(([, accuracy]) => accuracy)) }),
    swap: swap.off_diagonal,
    reconstruction_mse: reconstruction.mean,
    slant_kept: style.slant_correlation,
    thickness_kept: style.thickness_correlation,
  };
}

/** Stands after the name of a figure that has an interval, with the ends of 95 % of what other test examples could have given. */
const [LOW, HIGH] = ['_low', '_high'];
/** The number of test examples that the figures of a trial are of. */
export const TEST_EXAMPLES = 'test_examples';

/**
 * How sure the figures of an evaluation are: their intervals, the number of test examples, and what always naming the most frequent class
 * gives, below which nothing can be said to be forgotten, and above which something is read.
 */
export function evaluationEvidence(evaluation: RunEvaluation): Record<string, number> {
  // Earlier versions did not say what they had measured on.
  if (!('examples' in evaluation)) return {};
  return evaluation.kind === 'forgetting' ? forgettingEvidence(evaluation) : adaptationEvidence(evaluation);
}

function forgettingEvidence(evaluation: ForgettingEvaluation): Record<string, number> {
  const latent = evaluation.probes.filter(({ input, labels }) => input === 'latent' && labels === 'true');
  const figures = forgettingFigures(evaluation);
  const best = latent.find(({ probe }) => figures[`probe_${probe}`] === figures['probe_best']);
  const tested = latent.reduce((least, row) => Math.min(least, scoredBy(row)), evaluation.examples.tested);
  return {
    ...Object.fromEntries(latent.flatMap((row) => Object.entries(ends(`probe_${row.probe}`, accuracyInterval(row))))),
    ...(best === undefined ? {} : ends('probe_best', accuracyInterval(best))),
    ...ends('swap', shareInterval(evaluation.swap.off_diagonal, evaluation.examples.tested)),
    chance: evaluation.chance,
    [TEST_EXAMPLES]: tested,
  };
}

function adaptationEvidence({ domains, target }: AdaptationEvaluation): Record<string, number> {
  const found = domains.find(({ name }) => name === target);
  if (found === undefined || found.labelled === 0) return {};
  const { accuracy_interval: ofAccuracy, auroc_interval: ofArea } = found;
  return {
    ...(ofAccuracy === null ? {} : ends('target_accuracy', ofAccuracy)),
    ...(ofArea === null ? {} : ends('target_auroc', ofArea)),
    ...(found.confusion.length === 0 ? {} : { chance: mostFrequentShare(found.confusion) }),
    [TEST_EXAMPLES]: found.labelled,
  };
}

/** How sure the figures of the game itself are. @param tested number of test examples */
export function gameEvidence(figures: Readonly<Record<string, number>>, tested: number): Record<string, number> {
  const accuracy = figures['classifier_accuracy'];
  return accuracy === undefined ? {} : { ...ends('classifier_accuracy', shareInterval(accuracy, tested)), [TEST_EXAMPLES]: tested };
}

/** The interval of a trial's figure; null where it has none. */
export function intervalOf(figures: Readonly<Record<string, number>>, name: string): Interval | null {
  const [low, high] = [figures[`${name}${LOW}`], figures[`${name}${HIGH}`]];
  return low === undefined || high === undefined ? null : [low, high];
}

function ends(name: string, [low, high]: Interval): Record<string, number> {
  return { [`${name}${LOW}`]: low, [`${name}${HIGH}`]: high };
}

/** The greatest of the figures that are finite; not a number if none is. */
function greatest(figures: readonly number[]): number {
  return figures.filter(Number.isFinite).reduce((most, figure) => (most > figure ? most : figure), Number.NaN);
}

/** Of the target's test examples. */
function adaptationFigures({ domains, target }: AdaptationEvaluation): Record<string, number> {
  const { accuracy = null, auroc = null } = domains.find(({ name }) => name === target) ?? {};
  return { ...(accuracy === null ? {} : { target_accuracy: accuracy }), ...(auroc === null ? {} : { target_auroc: auroc }) };
}

/** Names that an evaluation of this configuration's game gives. */
function evaluated({ objective, probes }: RunConfig): string[] {
  if (objective.kind === 'domain-adaptation') return ['target_accuracy', 'target_auroc'];
  const read = [...probes, 'best'].map((probe) => `probe_${probe}`);
  return [...read, 'swap', 'reconstruction_mse', 'slant_kept', 'thickness_kept'];
}

/** Names of the figures that a run with this configuration has after each epoch. */
export function namesOfEpochFigures(config: RunConfig): string[] {
  const ofTarget = config.monitor === TARGET_ACCURACY ? [TARGET_ACCURACY] : [];
  return [...(config.data.heldOut > 0 ? gameFigures(config) : []), ...ofTarget].map((name) => `held_out/${name}`);
}

/**
 * Names of the figures that a run with this configuration has at its end.
 * @param domains names of its data's populations
 */
export function namesOfFinalFigures(config: RunConfig, domains: readonly string[]): string[] {
  const tested =
    domains.length > 1 ? domains.flatMap((domain) => gameFigures(config).map((name) => `${domain}/${name}`)) : gameFigures(config);
  const measured = config.evaluation ? evaluated(config) : [];
  return [...new Set([...measured, ...tested, ...namesOfEpochFigures(config), 'epochs', 'rounds', 'wall_seconds'])];
}

/** Of the examples of a split. */
function gameFigures({ objective }: RunConfig): string[] {
  return FIGURES[objective.kind].filter((name) => name !== TARGET_ACCURACY);
}

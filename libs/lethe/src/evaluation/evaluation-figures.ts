import {
  shareInterval, type AdaptationEvaluation, type AttributesEvaluation, type ForgettingEvaluation, type Interval, type RunEvaluation,
} from '@lethe/evaluation';
import { accuracyInterval, mostFrequentShare, scoredBy } from '@lethe/report';
import { attributeFigures, attributeReferences } from './attribute-figures.js';

/** Figures of an evaluation, by the names that a sweep gives them. Of several seeds of a probe the mean counts. */
export function evaluationFigures(evaluation: RunEvaluation): Record<string, number> {
  switch (evaluation.kind) {
    case 'forgetting':
      return forgettingFigures(evaluation);
    case 'attributes':
      return Object.fromEntries(attributeFigures(evaluation).map(([name, value]) => [name, value]));
    case 'domain-adaptation':
      return adaptationFigures(evaluation);
  }
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
/** The number of test examples that the figures are of. */
export const TEST_EXAMPLES = 'test_examples';

/**
 * How sure the figures of an evaluation are: their intervals, the number of test examples, and what always naming the most frequent class
 * gives, below which nothing can be said to be forgotten, and above which something is read.
 */
export function evaluationEvidence(evaluation: RunEvaluation): Record<string, number> {
  // Earlier versions did not say what they had measured on.
  if (!('examples' in evaluation)) return {};
  switch (evaluation.kind) {
    case 'forgetting':
      return forgettingEvidence(evaluation);
    case 'attributes':
      return attributeEvidence(evaluation);
    case 'domain-adaptation':
      return adaptationEvidence(evaluation);
  }
}

/** With what follows from the data alone, which a sweep shows its trials beside. */
function attributeEvidence(evaluation: AttributesEvaluation): Record<string, number> {
  const { kept, forgotten, examples } = evaluation;
  return {
    ...Object.fromEntries(attributeFigures(evaluation).flatMap(([name, , interval]) => (
      interval === null ? [] : Object.entries(ends(name, interval))
    ))),
    ...Object.fromEntries(attributeReferences(evaluation).map(([name, value]) => [name, value])),
    [TEST_EXAMPLES]: [...kept, ...forgotten].reduce((least, { tested }) => Math.min(least, tested), examples.tested),
  };
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

/** The interval of one of these figures; null where it has none. */
export function intervalOf(figures: Readonly<Record<string, number>>, name: string): Interval | null {
  const [low, high] = [figures[`${name}${LOW}`], figures[`${name}${HIGH}`]];
  return low === undefined || high === undefined ? null : [low, high];
}

/** The ends of a figure's interval, by the names that they have beside it. */
export function ends(name: string, [low, high]: Interval): Record<string, number> {
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

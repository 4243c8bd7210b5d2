import { FIGURES, TARGET_ACCURACY, type RunConfig } from '@lethe/config';
import type { AdaptationEvaluation, ForgettingEvaluation, RunEvaluation } from '@lethe/evaluation';

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

import { figuresOf, isMeasuredByRedrawing, TARGET_ACCURACY, type RunConfig } from '@lethe/config';
import { attributeFigureNames } from '../evaluation/attribute-figures.js';

/** Names that an evaluation of this configuration's game gives. */
function evaluated(config: RunConfig, directions: readonly string[]): string[] {
  const { data, probes } = config;
  if (data.domains !== null) return ['target_accuracy', 'target_auroc'];
  if (!isMeasuredByRedrawing(config)) return attributeFigureNames(config, directions);
  const read = [...probes, 'best'].map((probe) => `probe_${probe}`);
  return [...read, 'swap', 'reconstruction_mse', 'slant_kept', 'thickness_kept'];
}

/** Names of the figures that a run with this configuration has after each epoch. */
export function namesOfEpochFigures(config: RunConfig): string[] {
  const ofTarget = config.monitor === TARGET_ACCURACY ? [TARGET_ACCURACY] : [];
  return [...(config.data.heldOut > 0 ? gameFigures(config) : []), ...ofTarget].map((name) => `held_out/${name}`);
}

/** What only data know of the names of figures. */
export interface NamesOfData {
  /** Names of their populations. */
  readonly domains: readonly string[];
  /** Of the figures of redrawing to each value (`directionNames`). */
  readonly directions: readonly string[];
}

/** Names of the figures that a run with this configuration has at its end. */
export function namesOfFinalFigures(config: RunConfig, { domains, directions }: NamesOfData): string[] {
  const tested =
    domains.length > 1 ? domains.flatMap((domain) => gameFigures(config).map((name) => `${domain}/${name}`)) : gameFigures(config);
  const measured = config.evaluation ? evaluated(config, directions) : [];
  return [...new Set([...measured, ...tested, ...namesOfEpochFigures(config), 'epochs', 'rounds', 'wall_seconds'])];
}

/** Of the examples of a split. */
function gameFigures(config: RunConfig): string[] {
  return figuresOf(config).filter((name) => name !== TARGET_ACCURACY);
}

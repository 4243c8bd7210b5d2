import type { ObjectiveConfig } from '@lethe/config';
import { evaluateAdaptation } from './adaptation-results.js';
import { evaluateForgetting } from './forgetting-results.js';
import type { Measure } from './measured-run.js';

export type { MeasuredRun } from './measured-run.js';

const MEASURES: Readonly<Record<ObjectiveConfig['kind'], Measure>> = { forgetting: evaluateForgetting, 'domain-adaptation': evaluateAdaptation };

/** Measures what the run's game is played for. @returns lines for the terminal */
export const evaluateRun: Measure = (run, options) => MEASURES[run.description.config.objective.kind](run, options);

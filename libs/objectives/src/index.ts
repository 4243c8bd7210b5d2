export { createObjective } from './create-objective.js';
export { forgettingObjective, type ForgettingOptions } from './forgetting.js';
export type { Batch, FreshStart, Group, LossContext, Objective, Phase, PhaseLoss } from './objective.js';

export { articleObjective, type ArticleOptions } from './article.js';
export type { Batch, Group, LossContext, Objective, Phase, PhaseLoss } from './objective.js';

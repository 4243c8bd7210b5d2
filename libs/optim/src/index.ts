export { createUpdateRule, optimizerOf, type Optimization } from './create-update-rule.js';
export { flushSubnormal } from './flush-subnormal.js';
export { clipScale, firstNotFinite, fixedTreeTotal, squaresOfTiles } from './gradient-norm.js';
export { allocateVector, freeVector } from './kernel-memory.js';
export { isOver, learningRateFactor, type LearningRateSchedule } from './learning-rate-schedule.js';
export { addInto, combineSummaries, combineSummary, sumInto, sumTree, type MeanAndVariance, type SummaryParts } from './tree-sum.js';
export type { OptimizerBuffers, UpdateRule } from './update-rule.js';

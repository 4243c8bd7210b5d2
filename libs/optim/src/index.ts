export { flushSubnormal } from './flush-subnormal.js';
export { clipScale, firstNotFinite, fixedTreeTotal, squaresOfTiles } from './gradient-norm.js';
export { freeVector, allocateVector } from './kernel-memory.js';
export { learningRateFactor, type LearningRateSchedule } from './learning-rate-schedule.js';
export { addInto, combineSummaries, combineSummary, sumInto, sumTree, type MeanAndVariance, type SummaryParts } from './tree-sum.js';
export { createUpdateRule, type OptimizerBuffers, type RangeUpdate, type UpdateRule, type UpdateStep } from './update-rule.js';

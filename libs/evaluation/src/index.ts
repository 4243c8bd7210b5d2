export { meanFigures } from './mean-figures.js';
export { SCORE_CHUNK, WorkerEvaluator } from './worker-evaluator.js';

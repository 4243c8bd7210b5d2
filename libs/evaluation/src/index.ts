export { meanFigures } from './mean-figures.js';
export { probeResult, type ProbeFigures } from './probes/probe-figures.js';
export { SCORE_CHUNK, WorkerEvaluator } from './worker-evaluator.js';

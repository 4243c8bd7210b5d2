export type { Joining } from './join-deadline.js';
export { ParameterClient, type ParameterClientOptions } from './parameter-client.js';
export { prepareWorker, type Evaluator, type EvaluatorOptions, type PreparedWorker } from './prepare-worker.js';
export { runWorker, type WorkerOptions } from './worker-session.js';

export type { Joining } from './joining.js';
export { ParameterClient, type ParameterClientOptions } from './parameter-client.js';
export { prepareWorker, type Evaluator, type EvaluatorOptions, type PreparedWorker } from './prepare-worker.js';
export { runWorker, type WorkerOptions } from './worker-session.js';

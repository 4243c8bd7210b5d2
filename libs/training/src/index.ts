export { adversarialLoop, type AdversarialLoopOptions, type GamePosition, type Players } from './adversarial-loop.js';
export { type ParameterClientOptions } from './parameter-client.js';
export { allNetworks, batchSignature, named, namedTensors, scalarSignature, scalarTensors, type PhaseStep } from './phase-step.js';
export { freshValues } from './fresh-starts.js';
export { describeRun, layoutOf, type RunDescription } from './run-description.js';
export { ShardGradients, type Batches, type ShardGradientsOptions } from './shard-gradients.js';
export { TrainingCluster, type TrainingClusterOptions } from './cluster/training-cluster.js';
export { prepareWorker, type Evaluator, type EvaluatorOptions, type PreparedWorker } from './prepare-worker.js';
export { runWorker, type WorkerOptions } from './worker-session.js';

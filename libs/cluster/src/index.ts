export { adversarialLoop, type AdversarialLoopOptions, type GamePosition, type StepExecutor } from './adversarial-loop.js';
export { divideShards } from './step-shares.js';
export { TrainingCluster, type TrainingClusterOptions } from './training-cluster.js';

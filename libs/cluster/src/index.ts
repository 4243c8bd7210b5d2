export { adversarialLoop, type AdversarialLoopOptions, type GamePosition, type StepExecutor } from './adversarial-loop.js';
export { TrainingCluster, type TrainingClusterOptions } from './training-cluster.js';

export { adversarialLoop, type AdversarialLoopOptions, type GamePosition, type Players } from './adversarial-loop.js';
export { TrainingCluster, type TrainingClusterOptions } from './training-cluster.js';

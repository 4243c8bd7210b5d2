export { dropoutSeeds } from './dropout-seeds.js';
export { freshValues } from './fresh-starts.js';
export { allNetworks, batchSignature, named, namedTensors, scalarSignature, scalarTensors, type PhaseStep } from './phase-step.js';
export { describeRun, layoutOf, type RunDescription } from './run-description.js';
export { ShardGradients, type Batches, type NodeSum, type ShardGradientsOptions } from './shard-gradients.js';
export { StepClock } from './step-clock.js';

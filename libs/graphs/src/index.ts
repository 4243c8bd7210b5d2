// From a configuration and data to the graphs of a run: run-description.ts derives its game, networks and layouts, trace-step.ts traces the
// step of a phase (step-inputs.ts names its inputs), shard-gradients.ts runs it on the examples of an assignment.
export { freshValues } from './fresh-starts.js';
export { allNetworks, describeRun, layoutOf, type RunDescription } from './run-description.js';
export { ShardGradients, type Batches, type NodeSum, type ShardGradientsOptions } from './shard-gradients.js';
export { StepClock } from './step-clock.js';
export { batchSignature, inputOf, namedTensors, scalarInputs, scalarSignature, scalarTensors, type InputTensors } from './step-inputs.js';

// From a configuration and data to gradients: run-description.ts derives the game, the networks and the layouts of a run, compile-phase.ts
// makes the graph of a phase, whose inputs step-inputs.ts names, and shard-gradients.ts runs it on the examples of an assignment.
export { runOfGame } from './check-loss.js';
export { freshValues } from './fresh-starts.js';
export { allNetworks, describeRun, layoutOf, type RunDescription } from './run-description.js';
export { ShardGradients, type Batches, type NodeSum, type ShardGradientsOptions } from './shard-gradients.js';
export { StepClock } from './step-clock.js';
export {
  batchInputs, batchSignature, batchTensors, inputOf, namedTensors, scalarInputs, scalarSignature, scalarTensors, type InputTensors,
} from './step-inputs.js';

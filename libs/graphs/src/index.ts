// From a configuration and data to gradients: run-description.ts derives the game, the networks and the layouts of a run, compile-phase.ts
// makes the graph of a phase, whose inputs step-inputs.ts names, and shard-gradients.ts runs it on the examples of an assignment.
export { runOfGame } from './check-loss.js';
export { freshNetworks } from './fresh-starts.js';
export { allNetworks, describeRun, evaluatedLayouts, layoutOf, type RunDescription } from './run-description.js';
export { ShardGradients, type NodeSum, type ShardGradientsOptions, type StepNeeds, type StepState } from './shard-gradients.js';
export type { Batches, OpenBatches } from './step-batches.js';
export { StepClock } from './step-clock.js';
export {
  batchInputs, batchSignature, batchTensors, inputOf, namedTensors, scalarInputs, scalarSignature, scalarTensors,
  statisticsSignature, statisticsTensors, type InputTensors,
} from './step-inputs.js';

export type { CompiledStep, InputSpecification, InputType, InputValues, Signature, StepFunction } from './compiled-step.js';
export type { Engine, EngineName } from './engine.js';
export type {
  BatchNormAffine,
  BatchNormalised,
  BatchNormStatistics,
  NamedTensors,
  Objective,
  ObjectiveGradients,
  Operations,
  WindowOptions,
} from './operations.js';
export { leakGuard } from './leak-guard.js';

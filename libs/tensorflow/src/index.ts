export { findGpus, type FoundGpus } from './devices/find-gpus.js';
export { gpuIdentity } from './devices/gpu-identity.js';
export { describeDevice, type DeviceRequest, type Gpu, planDevices } from './devices/plan-devices.js';
export { selectGpus } from './devices/visible-gpus.js';
export { engineEnvironment, type EngineSettings } from './engines/engine-environment.js';
export { engineFingerprint, type EngineIdentity, type FingerprintOptions } from './engines/engine-fingerprint.js';
export type { Engine, EngineName } from './engines/engine.js';
export { loadEngine, type LoadEngineOptions } from './engines/load-engine.js';
export { ProtobufWriter } from './graph/protobuf-writer.js';
export { guardedOperations, isOfMachine, type GuardOptions } from './operations/guarded-operations.js';
export type { Tensor } from '@tensorflow/tfjs';
export type {
  BatchNormAffine, BatchNormalised, BatchNormStatistics, NamedTensors, Objective, ObjectiveGradients, Operations, WindowOptions, WindowSize,
} from './operations/operations.js';
export type {
  CompiledStep, InputSpecification, InputType, InputValues, SharedComputation, SharedValues, Signature, StepFunction,
} from './steps/compiled-step.js';
export type { HeldVector } from './steps/held-vector.js';

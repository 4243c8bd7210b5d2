export type { CompiledStep, InputSpecification, InputType, InputValues, Signature, StepFunction } from './compiled-step.js';
export type { Engine, EngineName } from './engine.js';
export type { HeldVector } from './held-vector.js';
export type { BatchNormAffine, BatchNormalised, BatchNormStatistics, NamedTensors, Objective, ObjectiveGradients, Operations, WindowOptions } from './operations.js';
export { type DeviceRequest, listGpus, planDevices } from './devices.js';
export { engineEnvironment, type EngineSettings } from './engine-environment.js';
export { engineFingerprint, type EngineIdentity } from './engine-fingerprint.js';
export { loadEngine, type LoadEngineOptions } from './load-engine.js';
export { isNativeReady, nativeFolder } from './native-engine.js';

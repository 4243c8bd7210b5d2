export { TOLERANCE as CHECK_TOLERANCE } from './check/compute-check.js';
export { exportFiles, type Exported, type ExportedFunction, type ExportedTensor, type ExportOptions } from './export-files.js';
export { readModelTensors, type TensorPart } from './torch/read-model-tensors.js';
export { torchName } from './torch/torch-names.js';
export type { TrainedNetworks } from './graph/record-functions.js';

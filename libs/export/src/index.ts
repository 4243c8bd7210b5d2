export { TOLERANCE as CHECK_TOLERANCE } from './check/compute-check.js';
export { exportFiles, type Exported, type ExportedFunction, type ExportedTensor, type ExportOptions } from './export-files.js';
export type { TrainedNetworks } from './graph/record-functions.js';

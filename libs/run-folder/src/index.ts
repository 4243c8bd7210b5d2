export { encodeGridPng, encodePng, type GridCaption, type GridPixels, type GridPng } from './grid-png.js';
export { keepCode, loadKeptCode } from './kept-code.js';
export { MetricsLog, parseMetricsLine, type MetricsLine } from './metrics-log.js';
export { NewOutput } from './new-output.js';
export { isRoom, jobFolder, RunFolder, type NewRunOptions } from './run-folder.js';
export { RunLock, type LockHolder, type LockOptions } from './run-lock.js';
export { TensorBoardWriter } from './tensorboard-writer.js';
export { expectWritableFile, expectWritableFolder } from './writable.js';

export { BatchStream, roundsOfEpochs, shardIndices } from './batch-stream.js';
export type { DataFacts, DataSource, Dataset, ImageShape } from './dataset.js';
export { gridExamples } from './examples.js';
export { gatherImages, gatherLabels, oneHot } from './gather.js';
export { splitHeldOut, type HeldOutSplit } from './held-out.js';
export { openData } from './open-data.js';

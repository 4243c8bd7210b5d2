export { augment, type Augmentation } from './augment.js';
export { openBatches } from './open-batches.js';
export { BatchStream, roundsOfEpochs, shardIndices } from './batch-stream.js';
export { UNLABELLED } from './dataset.js';
export type { DataFacts, DomainFacts, DataSource, Dataset, ImageShape } from './dataset.js';
export { gridExamples } from './examples.js';
export { gatherBatch, gatherImages, gatherLabels, oneHot, type GatheredBatch } from './gather.js';
export { splitHeldOut, type HeldOutSplit } from './held-out.js';
export { openData } from './open-data.js';

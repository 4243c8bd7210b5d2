export { checkChosen } from './attributes/check-chosen.js';
export { combinationName } from './attributes/combination.js';
export { probedAttribute, type ProbedAttribute } from './attributes/probed-attribute.js';
export { augment, type Augmentation } from './batches/augment.js';
export { BatchStream, roundsOfEpochs, shardIndices } from './batches/batch-stream.js';
export { openBatches } from './batches/domain-batches.js';
export {
  asSeen, attributeSizes, gatherBatch, gatherImages, gatherLabels, labelColumns, oneHot, type GatheredBatch,
} from './batches/gather.js';
export { gridExamples } from './examples/grid-examples.js';
export { splitHeldOut, type HeldOutSplit } from './examples/held-out-split.js';
export {
  inspectDomains, inspectFolder, type DamagedData, type InspectedData, type InspectionPlan,
} from './inspection/inspect-folder.js';
export { contactSheet, type ContactSheet } from './report/contact-sheet.js';
export { describeData } from './report/describe-data.js';
export { reportLines, shortReportLines } from './report/report-lines.js';
export { memoryDataset } from './inputs/memory-dataset.js';
export { MISSING, type Attribute } from './model/attributes.js';
export type { DataFacts, DomainFacts, DataSource, Dataset } from './model/dataset.js';
export type { ReadingNote } from './model/examples.js';
export type { ForgottenFacts, KeptCategory, KeptFacts, KeptNumber } from './model/kept-and-forgotten.js';
export { inputLength, isImage, isPicture, shapeInWords, type ImageShape, type InputValues } from './model/inputs.js';
export { openData } from './open-data.js';
export { dataFileText, parseDataFile, type DescribedData } from './preprocessing/data-file.js';
export type { Preprocessing } from './preprocessing/preprocessing.js';
export { openUnseenExamples, type UnseenRequest } from './unseen/open-unseen.js';
export { RowEncoder, type TableRow } from './unseen/row-encoder.js';
export type { ExampleSource, UnseenExamples, UnseenPiece } from './unseen/unseen-examples.js';

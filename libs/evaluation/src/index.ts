export { confidenceInterval, confusionMatrix } from './adaptation-figures.js';
export { areaUnderCurve, type ScoredExamples } from './area-under-curve.js';
export {
  bestReadings, decidingReading, largestGiven, readingOf, READINGS, type BestReadings, type DecidingReading, type Reading, type ReadingName,
} from './best-readings.js';
export {
  deployedDecoder, deployedFunctions, deployedHeads, toldAttributes, type DeployedFunction, type DeployedHead, type DeployedName,
  type PlacedAttribute, type PredictedAttribute, type ToldAttribute,
} from './deployed-functions.js';
export {
  compileEvaluation, evaluationContext, evaluationSignature, evaluationVectors, unlabelled, type EvaluationStep, type EvaluationStepOptions,
} from './evaluation-steps.js';
export { hasExamples } from './probes/chosen-examples.js';
export { likeliestClass, meanFigures } from './figures.js';
export { areaInterval, NORMAL_95, shareInterval, type FoundShare, type Interval } from './intervals.js';
export {
  groupTreatment, headAccuracy, type Estimate, type GroupTreatment, type OwnHeadFigures,
} from './own-head.js';
export { principalDirection } from './principal-direction.js';
export { MOST_PAIRED } from './probes/moments.js';
export { checkProbes } from './probes/check-probes.js';
export { meanImageError } from './mean-image-error.js';
export { standardise } from './probes/probe-data.js';
export { CONTROL_VERSION, runProbe } from './probes/run-probe.js';
export { gridColumns, placesOf, rowBetween, shownPlace, type Between, type GridColumn, type Walk } from './grid/grid-columns.js';
export { gridRows } from './grid/grid-rows.js';
export { JUDGE_VERSION, judgeLength } from './judge/judge.js';
export { redrawnAttribute, redrawnColumns, redrawnIntervals, type RedrawnAttribute, type RedrawnTo } from './judge/redrawn-attribute.js';
export { peakSignalToNoise } from './peak-signal-to-noise.js';
export { swapFigures, type SwapFigures } from './judge/swap-figures.js';
export { swapColumns, swapRows, type SwapRow } from './judge/swap-rows.js';
export { styleCorrelation, type StyleFigures } from './style/style-figures.js';
export { probeResult, type FullProbeFigures, type ProbeFigures } from './probes/probe-figures.js';
export type {
  AttributesEvaluation, ErasedAttribute, ForgottenAttribute, KeptAttribute, LinearEraserEvaluation, MeasuredAttribute,
} from './attributes-evaluation.js';
export type {
  AdaptationEvaluation, DomainEvaluation, ForgettingEvaluation, MappedExample, ProbeRow, RunEvaluation,
} from './evaluation-results.js';
export type { AttributeProbeRow } from './probes/attribute-probe-row.js';
export { haveByteRange, type UsedExamples } from './used-examples.js';
export { SCORE_CHUNK, WorkerEvaluator } from './worker-evaluator.js';

/**
 * Lethe trains encoders that forget one thing about what they see, and measures what is left of it.
 *
 * `train` plays a run, `trainSeveral` and `sweep` several, `evaluate` measures one again, and `openRun` opens one that is there. Nothing
 * here writes to the terminal, hears signals or changes the process: progress comes by callbacks and loops, and `AbortSignal`s end what is
 * going on. What can be expected to fail is a `LetheError` with a `code`.
 *
 * @packageDocumentation
 */
// Exit codes, the kinds of things in the cache and the version are entries of their own: the command line reads them before it loads this.

// Train.
export { train, type TrainOptions } from './train.js';
export type { Epoch, LiveRun, Round, TrainedRun } from './run/live-run.js';
export type { RunStage } from './run/run-control.js';
export type { Listeners, Progress } from './run/run-progress.js';
export type { MeasuringProgress, RunProgress } from '@lethe/telemetry';
export type { RunEnding } from './run/training-run.js';
export type { RunSummary } from './run/summary.js';

// See what a run would be before it is one.
export { describeTraining, type DescribeTrainingOptions } from './dry-run/describe-training.js';
export { planLines } from './dry-run/plan-lines.js';
export type {
  PlannedExamples, PlannedGroup, PlannedLayer, PlannedNetwork, PlannedPhase, PlannedTraffic, TrainingPlan,
} from './dry-run/training-plan.js';

// Begin a game of one's own.
export { newGame, type NewGame } from './new-game/new-game.js';

// Train many: from several seeds, in several ways, with many settings.
export { asksForSeveral, trainSeveral, type SeveralRuns, type TrainSeveralOptions } from './train-several.js';
export {
  checkSweep, prepareSweep, sweep, type CheckedSweep, type PreparedSweep, type SettingRange, type SweepOptions, type SweepResult,
  type SweepSettings, workersOfSweep,
} from './sweep.js';
export type { LiveTrials, OpenedTrials, TrialsListeners, TrialsStage } from './trials/live-trials.js';
export type { Assignment, SettingValue, Trial, TrialPosition, TrialState } from './trials/trial.js';
export type { HalvingOptions } from './trials/asynchronous-halving.js';

// Open a run, and measure it.
export { openRun, Run } from './runs/run.js';
export { findRunFolder } from './run/find-run-folder.js';
export { evaluate, type EvaluateOptions } from './evaluate.js';
export { drawGrid, type DrawGridOptions } from './draw-grid.js';
export type { CheckpointOptions } from './checkpoint-options.js';
export { describeMeasures, type DescribedMeasures } from './evaluation/evaluation-lines.js';
export type { Conclusion, NamedFigure } from './evaluation/conclusion.js';
export type { ListedCheckpoint, WhichCheckpoint } from '@lethe/checkpoint';

// What measures are made of.
export type {
  AdaptationEvaluation, AttributeProbeRow, AttributesEvaluation, BestReadings, DomainEvaluation, ErasedAttribute, Estimate,
  ForgettingEvaluation, ForgottenAttribute, FullProbeFigures, GroupTreatment, Interval, KeptAttribute, LinearEraserEvaluation,
  MappedExample, MeasuredAttribute, OwnHeadFigures, ProbeFigures, ProbeRow, Reading, ReadingName, RedrawnAttribute, RedrawnTo,
  RunEvaluation, ScoredExamples, StyleFigures, SwapFigures, UsedExamples,
} from '@lethe/evaluation';
export type { ProbeInput, ProbeKind } from '@lethe/protocol';
export type { ImageShape, InputValues } from '@lethe/data';

// Take the networks of a run to other programs.
export { exportRun, type ExportOptions } from './export/export-run.js';

// Look at data before they are trained on.
export { inspectData, type InspectOptions, type ReadableData } from './inspect-data.js';
export type { DamagedData } from '@lethe/data';

// What lies in a folder of runs, and what goes on there.
export { lookAtRun, type RunAtThisMoment, type WrittenCheckpoint } from './look-at-run.js';
export { runs, type RunsListing } from './overview/runs.js';
export type { ListedRun, PlayedLength } from './overview/listed-run.js';
export { compare, type ComparedMeasure, type ComparedRun, type RunsComparison } from './overview/compare.js';
export type { ComparedCurve, Crossing } from './overview/curves.js';
export type { StateOfRun } from './overview/run-state.js';
export { shownFigure, type NamedFigures } from './evaluation/shown-figures.js';

// Settings, places and the machine.
export type { CompleteSettings, LogLevel, OptimizerSettings, Partly, SettingDifference, Settings } from '@lethe/config';
export type { CommonOptions, PlaceOptions } from './common-options.js';
export type { Environment } from './process-environment.js';
export { computingEnvironment, lookAtThisMachine, type ThisMachine } from './this-machine.js';
export { examineMachine, type ExamineOptions, type MachineExamination, type WorkerPlacement } from './examine-machine.js';
export { setUpNative as installTensorFlow, type SetUpOptions as InstallOptions } from '@lethe/tensorflow-setup';
export type { Gpu } from '@lethe/tensorflow';

// Machines of others, on which workers of a run are placed, or the runs of a sweep.
export { hosts, type HostsOptions } from './placing/hosts.js';
export type { PlacingOptions } from './placing/placing.js';
export { ray, type RayOptions } from './placing/ray.js';
export type {
  PlacedProcess, Placement, PlacementOpening, ProcessEnd, ProcessToPlace, Resources, Scheduler,
} from '@lethe/placement';
export { slurm, slurmJobId, slurmTask, type ArrayTask, type JobArray, type SlurmJob, type SlurmOptions } from '@lethe/placement';

// Runs that a job plays.
export { jobScript, submit, type JobOptions, type JobToSubmit, type SubmittedJob } from './jobs/submit.js';
export { status, type JobLookup, type RunStatus } from './jobs/status.js';
export { cancel, type CancelOptions, type Cancelled } from './jobs/cancel.js';
export { isSubmitted, requeue } from './jobs/in-job.js';
export type { KeptJob } from './jobs/job-file.js';

// A worker that joins a run of another machine.
export { workerProgram, type ProgramStart } from './worker-program.js';

// Failures.
export { ERROR_CODES, LetheError, errorCode, type ErrorCode } from '@lethe/errors';

// What processes and runs of this machine keep for each other, and a bug report of a run.
export { cacheFolder } from '@lethe/config';
export { readCache, type CacheContents, type CacheEntry } from './cache/cache-entries.js';
export type { CacheKindName } from './cache/cache-kinds.js';
export { clearCache, type ClearedCache } from './cache/clear-cache.js';
export { writeBugReport, type BugReport, type BugReportOptions } from './bug-report/bug-report.js';

// Use the networks of a run, on examples in memory or in files.
export type { RunEncoder, RunEncoderOptions } from './networks/open-encoder.js';
export type { OneToldValue, RunDecoder, ToldBetween, ToldValue } from './networks/open-decoder.js';
export type { RunPredictor } from './networks/open-predictor.js';
export type { OpenNetworks, RunNetworkOptions } from './networks/open-in-memory.js';
export type { PredictedCategory, PredictedNumber, Prediction } from './networks/predictor.js';
export type { PredictedAttribute, ToldAttribute, Walk } from '@lethe/evaluation';
export type { TableRow } from '@lethe/data';
export type { MemoryExamples } from './networks/memory-examples.js';
export { encodeFiles, type EncodedFiles, type EncodeFilesRequest } from './networks/encode-files.js';
export { predictFiles, type PredictedFiles, type PredictFilesRequest } from './networks/predict-files.js';
export { redrawFiles, type RedrawFilesRequest, type RedrawnFiles } from './networks/redraw-files.js';
export type { AttributeWalk } from './networks/attribute-walk.js';
export type { UnseenRunRequest, WatchOptions } from './networks/unseen-run.js';
export type { RunNetworksRequest } from './networks/open-run-networks.js';
export type { Places } from './requests.js';

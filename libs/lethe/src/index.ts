// What can be asked for.
export type { CheckpointRequest, Places, SweepRequest, TrainRequest } from './requests.js';

// Train one run: its configuration, checked and opened, then played to its end.
export { newRunConfig, resumedRunConfig } from './run-config.js';
export { prepareRun, withOpenRun, type PreparedRun } from './run/prepare-run.js';
export { playRun, type Interruptible, type RunInterruption, type RunSurroundings } from './run/play-run.js';
export { endingLines } from './run/ending-lines.js';

// Evaluate a run, or draw its style grid, from a checkpoint.
export { withCheckpoint } from './run/open-checkpoint.js';
export { evaluateRun } from './evaluation/evaluate-run.js';
export { concluded, measuredLines } from './evaluation/evaluation-lines.js';
export { MeasureCache } from './evaluation/measure-cache.js';
export { computeGrid } from './evaluation/score-networks.js';

// Sweep: many configurations side by side, or one from several seeds or on several kinds of data.
export { openSweep, sweep } from './trials/sweep/sweep.js';
export { resultFiles } from './trials/sweep/sweep-results.js';
export type { Candidates, SearchSpace } from './trials/sweep/search-space.js';
export { newTrials, openTrials, resumedTrials, trainTrials, type TrialsToTrain } from './trials/train-trials.js';
export type { Comparison } from './trials/comparison/comparison-statistics.js';
export type { SeedStatistic } from './trials/seeds/seeds-statistics.js';
export type { TrialsWatcher } from './trials/play-trials.js';
export { isDone, type SettingValue, type Trial, type TrialPosition } from './trials/trial.js';
export { TrialRunner } from './trials/trial-runner.js';
export { shownSetting, tableOfTrials } from './trials/trial-tables.js';

// What lies in a folder of runs.
export { runs, type RunsListing } from './overview/runs.js';
export type { ListedRun, PlayedLength } from './overview/listed-run.js';
export type { StateOfRun } from './overview/run-state.js';
export { shownFigure } from './evaluation/shown-figures.js';

// What processes and runs of this machine keep for each other.
export { readCache, type CacheContents, type CacheEntry } from './cache/cache-entries.js';
export { clearCache } from './cache/clear-cache.js';

// Pack what a run has left into one file for a bug report.
export { writeBugReport } from './bug-report/bug-report.js';

// Use the networks of a run.
export { openRunNetworks, type RunNetworks, type RunNetworksOptions, type RunNetworksRequest } from './networks/open-run-networks.js';

// Open a run that is there, and look at where it is played. (Exit codes and the version are entries of their own, which load nothing else.)
export { findRunFolder } from './run/find-run-folder.js';
export { lookAtThisMachine, machineOf, type ThisMachine } from './this-machine.js';

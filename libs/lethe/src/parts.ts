// Parts of a run that tests of whole runs put together in their own way. No program imports them.
export { newRunConfig, resumedRunConfig } from './run-config.js';
export type { Comparison } from './trials/comparison/comparison-statistics.js';
export type { SeedStatistic } from './trials/seeds/seeds-statistics.js';
export { FarthestVersions, RestartPolicy } from './local-cluster/restart-policy.js';
export { RoundLossCollector } from './record/round-losses.js';
export type { EpochEvent, RunState } from './record/run-record.js';
export { divergedState, divergedStep } from './run/divergence.js';
export { outlastServers } from './run/outlast-servers.js';
export { trainingRun, type RunOutcome } from './run/training-run.js';

export { cacheFolder } from './cache-folder.js';
export { codeNamedBy } from './code-named-by.js';
export { compileConfig, type CheckedConfig, type CompiledConfig } from './compile-config.js';
export { configLayer, readConfigFile, readFlagFile } from './config-file.js';
export { checkConfigAgainstData, type DataCounts } from './data-problems.js';
export { withDataFolder, withDataKind } from './data-folder.js';
export { rulesOfKind, type DataKind, type DataKindRules } from './data-kinds.js';
export { defaultSetting, type DefaultSetting } from './default-setting.js';
export { fairnessOf, gameName, isMeasurable } from './game-of-config.js';
export { didYouMean } from './did-you-mean.js';
export { isMeasuredByRedrawing } from './is-measured-by-redrawing.js';
export { figuresOf } from './figures.js';
export { fitSettings, fitToData, type FittedConfig } from './fit-to-data.js';
export {
  compileJoinOptions, isJoinToken, JOIN_FLAGS, parseJoinArguments, PLACED, type JoinFlags, type JoinOptions,
} from './join-options.js';
export { valueAt, withValue, type ConfigLayer, type Tree } from './layer.js';
export { DEFAULT_LOG_LEVEL, findLogLevel, LOG_LEVELS, type LogLevel } from './log-level.js';
export { bringsItsData, dataOfRecipe, mergeConfig } from './merge-config.js';
export { completeOptimizer, type PartialOptimizer } from './optimizer-defaults.js';
export { isModulePath } from './module-path.js';
export { defaultsOf } from './own-game.js';
export { readerSettings } from './own-reader.js';
export { PROBES } from './probe-kinds.js';
export { problemsError, shown, type Problem } from './problem.js';
export { DEFAULT_RECIPE, RECIPE_NAMES, type Recipe } from './recipes/index.js';
export { applyResumeOverrides, compileBegunConfig } from './resume-overrides.js';
export { FIGURES, MOST_CONNECTIONS, runConfigSchema, TARGET_ACCURACY, type ObjectiveConfig, type RunConfig } from './run-config.js';
export { domainAdaptationSchema } from './schema/domain-adaptation.js';
export { forgettingSchema } from './schema/forgetting.js';
export { PLAIN_AVATARS, PLAIN_CELEBA, PLAIN_DATA, PLAIN_TABLE } from './schema/data.js';
export type {
  AvatarsConfig, CelebaConfig, DataConfig, DomainsConfig, DomainSourceConfig, OwnDataConfig, TableConfig,
} from './schema/data.js';
export { READING, type ReadingConfig } from './schema/reading.js';
export type { OptimizerConfig, ScheduleConfig } from './schema/optimizer.js';
export { settingDifferences, type SettingDifference } from './setting-differences.js';
export { usableCores } from './usable-cores.js';
export { parseSavedConfig, savedConfigJson } from './versions/saved-config.js';
export { upgrade, type VersionStep } from './versions/upgrade.js';
export { defaultWorkers, interOpThreads, measuringWorkers, processProblems, type Machine } from './worker-plan.js';
export { settingsLayer, type SettingsReading } from './settings/settings-layer.js';
export type { CompleteSettings, OptimizerSettings, Partly, Settings } from './settings/settings.js';

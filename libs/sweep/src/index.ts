export { AsynchronousHalving, type HalvingOptions } from './asynchronous-halving.js';
export { paretoFront } from './pareto-front.js';
export { grid, random, shownSetting, type Assignment, type Candidates, type SearchSpace, type SettingValue } from './search-space.js';
export { bestTrial, isDone, stateAfter, toBePlayed, type Trial, type TrialEnding } from './trial.js';
export { trialTable } from './trial-table.js';

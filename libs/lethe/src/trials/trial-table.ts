import { stringify } from 'csv-stringify/sync';
import { shownSetting } from './sweep/search-space.js';
import type { Trial } from './trial.js';

/** A line for each trial: name, state, its settings, its figures. */
export function csvOfTrials(trials: readonly Trial[]): string {
  const settings = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))];
  const figures = [...new Set(trials.flatMap((trial) => Object.keys(trial.figures)))];
  const rows = trials.map((trial) => [trial.name, trial.state, ...settings.map((path) => shownSetting(trial.values[path])), ...figures.map((name) => trial.figures[name]), trial.message]);
  return stringify([['trial', 'state', ...settings, ...figures, 'message'], ...rows]);
}

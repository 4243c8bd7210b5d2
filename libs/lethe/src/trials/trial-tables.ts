import { stringify } from 'csv-stringify/sync';
import type { SettingValue, Trial } from './trial.js';
import { shownFigure, shownFigures } from '../evaluation/shown-figures.js';

/** Head and one row for each trial; figures that are shares of test examples with their 95 %. @param extent all: each probe's, too */
export function tableOfTrials(trials: readonly Trial[], extent: 'main' | 'all' = 'main'): string[][] {
  const settings = variedSettings(trials);
  const shown = shownFigures(trials.map(({ figures }) => figures), extent);
  return [
    ['trial', 'state', ...settings.map((path) => columnOf(trials, path).split('.').at(-1) ?? path), ...shown],
    ...trials.map(({ name, state, values, figures }) => [
      name,
      state,
      ...settings.map((path) => shownSetting(values[path])),
      ...shown.map((figure) => shownFigure(figures, figure)),
    ]),
  ];
}

/**
 * A line for each trial: name, state, its settings, its figures. What was reached is the column `rounds` or `epochs`; the setting of that
 * name has a column only where trials differ in it.
 */
export function csvOfTrials(trials: readonly Trial[]): string {
  const varied = variedSettings(trials);
  const settings = settingsOf(trials).filter((path) => !isReached(trials, path) || varied.includes(path));
  const figures = [...new Set(trials.flatMap((trial) => Object.keys(trial.figures)))];
  const rows = trials.map((trial) => [
    trial.name,
    trial.state,
    ...settings.map((path) => shownSetting(trial.values[path])),
    ...figures.map((name) => trial.figures[name]),
    trial.message,
  ]);
  return stringify([['trial', 'state', ...settings.map((path) => columnOf(trials, path)), ...figures, 'message'], ...rows]);
}

function isReached(trials: readonly Trial[], path: string): boolean {
  return trials.some(({ figures }) => figures[path] !== undefined);
}

/** The name of a setting's column, which is not that of a figure. */
function columnOf(trials: readonly Trial[], path: string): string {
  return isReached(trials, path) ? `${path}_asked` : path;
}

function settingsOf(trials: readonly Trial[]): string[] {
  return [...new Set(trials.flatMap(({ values }) => Object.keys(values)))];
}

/** A value as a table shows it: text as it stands, anything else as JSON. */
export function shownSetting(value: SettingValue | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Settings in which the trials differ. */
export function variedSettings(trials: readonly Trial[]): string[] {
  return settingsOf(trials).filter((path) => new Set(trials.map(({ values }) => shownSetting(values[path]))).size > 1);
}

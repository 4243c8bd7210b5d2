import { join } from 'node:path';
import { findCheckpoint } from '@lethe/checkpoint';
import { parseSavedConfig, problemsError, settingDifferences, type RunConfig, type SettingDifference } from '@lethe/config';
import type { Interval } from '@lethe/evaluation';
import { RunFolder } from '@lethe/run-folder';
import { placesOf, type PlaceOptions } from '../common-options.js';
import { intervalOf } from '../evaluation/evaluation-figures.js';
import { finalFigures, readEvaluation, readSummary } from '../evaluation/final-figures.js';
import { shownFigures, type NamedFigures } from '../evaluation/shown-figures.js';
import { readMetrics } from '../record/metrics.js';
import { findRunFolder } from '../run/find-run-folder.js';
import { compareCurves, type ComparedCurve } from './curves.js';
import { listRun } from './list-run.js';
import type { ListedRun } from './listed-run.js';
import type { StateOfRun } from './run-state.js';

/** One of the runs that are compared. */
export interface ComparedRun extends ListedRun {
  /** SHA-256 of the data that it learnt from; null: it was stopped before it wrote that down. */
  readonly data: string | null;
  /** Version of Lethe that wrote its last checkpoint; null: there is none that can be read. */
  readonly version: string | null;
  /** Fingerprints of what computed it, in order. */
  readonly engines: readonly string[];
}

/** A figure that was measured of at least one of the runs. */
export interface ComparedMeasure {
  readonly figure: string;
  /** Of each run; null: it does not have it, or it is not finite. */
  readonly values: readonly (number | null)[];
  /** Of each run, the 95 % that other test examples could have given; null: not known. */
  readonly intervals: readonly (Interval | null)[];
  /** Of each run but the first, whether its interval lies apart from that of the first; null: not known, or the data are others. */
  readonly apart: readonly (boolean | null)[];
}

/** What runs differ in. Lists have an entry for each run, in the order in which they were named. */
export interface RunsComparison {
  readonly runs: readonly ComparedRun[];
  readonly settings: readonly SettingDifference[];
  readonly curves: readonly ComparedCurve[];
  readonly measures: readonly ComparedMeasure[];
  /** Sentences on what cannot be compared, and why. */
  readonly notes: readonly string[];
}

/**
 * Says in what runs differ: settings, data, engines, curves and measures. Runs of different games are compared as far as they can be.
 * @param names their folders, or their names below `runsDir`: two or more
 * @throws LetheError RUN_MISSING, CONFIG_INVALID for a run that is not there, cannot be read or is named twice
 */
export async function compare(names: readonly string[], options: PlaceOptions = {}): Promise<RunsComparison> {
  const places = placesOf(options);
  const folders = names.map((name) => findRunFolder(name, places));
  const problem = folders.length < 2 ? `only ${names.join()}` : twice(names, folders);
  if (problem !== null) throw problemsError([{ where: 'lethe compare', expected: 'two or more runs', found: problem }]);
  const opened = await Promise.all(folders.map((folder, index) => open(folder, names[index] ?? folder)));
  const runs = opened.map(({ run }) => run);
  const measures = compareMeasures(opened.map(({ figures }) => figures), runs);
  return {
    runs, measures,
    settings: settingDifferences(opened.map(({ config }) => config)),
    curves: compareCurves(await Promise.all(folders.map(readMetrics))),
    notes: [...notesOnGames(runs, measures), ...notesOnData(runs), ...opened.flatMap(notesOnState)],
  };
}

function twice(names: readonly string[], folders: readonly string[]): string | null {
  const again = folders.findIndex((folder, index) => folders.indexOf(folder) !== index);
  return again < 0 ? null : `${names[again] ?? ''} twice`;
}

interface OpenedRun {
  readonly run: ComparedRun;
  readonly config: RunConfig;
  readonly figures: NamedFigures;
  readonly isMeasured: boolean;
}

/** @param name as it was typed: runs of two sweeps may have folders of one name */
async function open(folder: string, name: string): Promise<OpenedRun> {
  const files = RunFolder.at(folder);
  const config = parseSavedConfig(await files.readConfig(), join(folder, 'config.json'));
  const listed = await listRun(folder);
  const summary = await readSummary(folder);
  const checkpoint = await findCheckpoint(files.checkpoints, 'latest').catch(() => null);
  return {
    config,
    // What cannot be read is among its problems.
    figures: await finalFigures(folder).catch(() => ({})),
    isMeasured: (await readEvaluation(folder)) !== null,
    run: {
      ...listed, name,
      data: summary?.data_fingerprint ?? checkpoint?.dataFingerprint ?? null,
      version: checkpoint?.codeVersion ?? null,
      engines: summary?.engines ?? checkpoint?.engines ?? [],
    },
  };
}

function compareMeasures(figures: readonly NamedFigures[], runs: readonly ComparedRun[]): ComparedMeasure[] {
  return shownFigures(figures, 'all').map((figure) => {
    const intervals = figures.map((ofRun) => intervalOf(ofRun, figure));
    const [first = null, ...others] = intervals;
    return {
      figure, intervals,
      values: figures.map((ofRun) => { const value = ofRun[figure]; return value !== undefined && Number.isFinite(value) ? value : null; }),
      apart: others.map((other, index) => (haveSameData(runs[0], runs[index + 1]) ? areApart(first, other) : null)),
    };
  });
}

function haveSameData(one: ComparedRun | undefined, other: ComparedRun | undefined): boolean {
  return one !== undefined && other !== undefined && one.data !== null && one.data === other.data;
}

function areApart(one: Interval | null, other: Interval | null): boolean | null {
  return one === null || other === null ? null : one[1] < other[0] || other[1] < one[0];
}

function notesOnGames(runs: readonly ComparedRun[], measures: readonly ComparedMeasure[]): string[] {
  if (new Set(runs.map(({ game }) => game)).size < 2) return [];
  const common = measures.filter(({ values }) => values.every((value) => value !== null)).map(({ figure }) => figure);
  const games = runs.map(({ name, game }) => `${name} plays ${game}`).join(', ');
  return [`the games differ: ${games}; figures that all have: ${common.length === 0 ? 'none' : common.join(', ')}`];
}

function notesOnData(runs: readonly ComparedRun[]): string[] {
  const unknown = runs.filter(({ data }) => data === null).map(({ name }) => name);
  const known = new Set(runs.flatMap(({ data }) => data ?? []));
  return [
    ...(unknown.length === 0 ? [] : [`it is not known what data ${unknown.join(' and ')} learnt from`]),
    ...(known.size < 2 ? [] : ['the data differ: figures are of other examples, and their intervals do not say which run is better']),
  ];
}

const STATE_WORDS: Readonly<Record<StateOfRun, string>> = {
  running: 'is running', complete: 'is complete', interrupted: 'is interrupted', diverged: 'has diverged', failed: 'has failed',
};

function notesOnState({ run: { name, state, problems }, isMeasured }: OpenedRun): string[] {
  return [
    ...(state === 'complete' ? [] : [`${name} ${STATE_WORDS[state]}: what is known of it is of the rounds that it has played`]),
    ...(state === 'complete' && !isMeasured ? [`${name} has not been measured: npx lethe evaluate ${name} does it`] : []),
    ...problems.map((problem) => `${name}: ${problem}`),
  ];
}

import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { problemsError, shown, type Settings } from '@lethe/config';
import { LISTED_NAMES, settingPaths, settingValue } from '@lethe/config/flags';
import { placesOf, surroundingsOf, type CommonOptions, type PlaceOptions, type Surroundings } from './common-options.js';
import { placingOf, type PlacingOptions } from './placing/placing.js';
import type { SweepRequest } from './requests.js';
import type { HalvingOptions } from './trials/asynchronous-halving.js';
import { findSweep } from './trials/find-trials.js';
import { PlayedTrials, type LiveTrials, type OpenedTrials, type TrialsListeners } from './trials/live-trials.js';
import type { TrialsOpening } from './trials/play-trials.js';
import type { Candidates, SearchSpace } from './trials/sweep/search-space.js';
import { openSweep, plannedSweep, playSweep } from './trials/sweep/sweep.js';
import { resultFiles } from './trials/sweep/sweep-results.js';
import { tableOfTrials } from './trials/trial-tables.js';
import { isDone, toBePlayed, type Assignment, type SettingValue, type Trial } from './trials/trial.js';
import { trialName } from './trials/trials-folder.js';

/** Any value between two bounds, which are whole for whole numbers: with `random` alone. Above 0 they are drawn on a logarithmic scale. */
export interface SettingRange {
  readonly low: number;
  readonly high: number;
}

/** What to try for each setting: one value, a list of values, or a range. A setting that is itself a list is given as a list of lists. */
export type SweepSettings = {
  readonly [Name in keyof Settings]?: Settings[Name] | readonly NonNullable<Settings[Name]>[] | SettingRange;
} & {
  /** Any setting by its dotted path, such as `objective.head.width`. */
  readonly [path: `${string}.${string}`]: SettingValue | SettingRange | undefined;
};

/** What a sweep is played with, besides what is tried. */
export interface SweepOptions extends CommonOptions, TrialsListeners, PlacingOptions {
  /** A configuration file under all runs. */
  readonly configFile?: string | undefined;
  /** A JSON list with the settings of one run each; what is tried is combined with each of them. */
  readonly listFile?: string | undefined;
  /** Number of runs that are drawn at random. Default: all combinations. */
  readonly random?: number | undefined;
  /** What the drawing follows from. Default: 1. */
  readonly drawSeed?: number | undefined;
  /** How many are played at once; they share the machine. Default: 1. */
  readonly trialsAtOnce?: number | undefined;
  /** Ends runs early that are behind others after `firstRung` epochs, and again after `factor` times as many. */
  readonly halving?: (HalvingOptions & { readonly figure: string }) | undefined;
  /** The figure that names the best. Default: none is named. */
  readonly best?: { readonly figure: string; readonly better: 'lower' | 'higher' } | undefined;
  /** Name of its folder below `runsDir`. Default: made of the time. */
  readonly name?: string | undefined;
  /** A sweep to go on with: its name below `runsDir`, or its folder. Nothing is tried then but what it was begun with. */
  readonly resume?: string | undefined;
  /** With `resume`: the number, from 1, of the one run that is played, as other processes play others of the sweep at the same time. */
  readonly trial?: number | undefined;
  /** Where its data lie now, for one that goes on. */
  readonly dataDir?: string | undefined;
  /** Most that packed files of the data may be unpacked to, in GiB, for one that goes on. */
  readonly unpackedGiB?: number | undefined;
  /** Take it and its runs over from processes of another host, which cannot be known to be gone. */
  readonly breakLock?: boolean | undefined;
}

/** What a sweep came to. */
export interface SweepResult {
  /** Absolute path of its folder, with a folder for each run below `trials`. */
  readonly folder: string;
  /** Those that were to be played here. */
  readonly trials: readonly Trial[];
  /** A signal ended it; it can be gone on with. */
  readonly isInterrupted: boolean;
  /** The run that is named the best, with the command line that repeats it; null: none is. */
  readonly best: string | null;
  /** By which figure; null: by none. */
  readonly bestBy: { readonly figure: string; readonly better: 'lower' | 'higher' } | null;
  /** A head and a row for each run of the sweep. */
  readonly table: readonly (readonly string[])[];
  /** Sentences on what the figures are too unsure to tell. */
  readonly notes: readonly string[];
  /** Absolute paths of its table, the front and the report. */
  readonly files: readonly string[];
}

/**
 * Plays many configurations side by side, each as a run of its own in processes of its own, and says which are best. Everything is checked
 * before any begins.
 *
 * @param tried what to try for each setting; those that are not named are the recipe's
 */
export function sweep(tried: SweepSettings, options: SweepOptions = {}): LiveTrials<SweepResult> {
  return new PlayedTrials<SweepResult>(options, async (live) => {
    live.expectGoingOn();
    const surroundings = await surroundingsOf(options);
    const request = sweepRequest(tried, options, surroundings);
    const { machine, environment } = surroundings;
    const watcher = live.watcher();
    const folder = await openSweep(request, { machine, onNotice: (line) => { options.onNotice?.(line); } });
    const { trials, trialsAtOnce } = await folder.read();
    live.open({ folder: folder.folder, trials, trialsAtOnce });
    live.expectGoingOn();
    const { run, best, notes, bestBy } = await playSweep(folder, request, { machine, environment, watcher, placing: request.placing });
    return {
      folder: folder.folder, trials: run.trials, isInterrupted: run.isInterrupted, best, bestBy, notes,
      table: tableOfTrials(request.trial === null ? run.trials : (await folder.read()).trials), files: resultFiles(folder),
    };
  });
}

/** A sweep that is checked, as it would be. */
export interface CheckedSweep {
  /** By name, what sets each of its runs apart. */
  readonly trials: readonly { readonly name: string; readonly values: Assignment }[];
  /** How many are played at once. */
  readonly trialsAtOnce: number;
}

/**
 * Checks all that `sweep` checks of a new sweep before it begins; nothing is started or written.
 * @throws LetheError as `sweep` does for what it refuses
 */
export async function checkSweep(tried: SweepSettings, options: SweepOptions = {}): Promise<CheckedSweep> {
  const { request, opening } = await openingWith(tried, options);
  const { trials, trialsAtOnce } = await plannedSweep(request, opening);
  return { trials: trials.map(({ values }, index) => ({ name: trialName(index), values })), trialsAtOnce };
}

/**
 * The most workers that a run of a sweep has that goes on.
 * @param sweep its folder, or its name below `runsDir`
 * @throws LetheError RUN_MISSING, CONFIG_INVALID
 */
export async function workersOfSweep(sweep: string, options: PlaceOptions = {}): Promise<number> {
  const folder = await findSweep(sweep, placesOf(options));
  const configs = await Promise.all((await folder.read()).trials.map(({ name }) => folder.config(name)));
  return configs.reduce((most, { cluster }) => Math.max(most, cluster.workers), 1);
}

/** A sweep that has its folder, whose runs other processes may play. */
export interface PreparedSweep extends OpenedTrials {
  /** Those of its runs that are not done, by number from 1. */
  readonly toBePlayed: readonly number[];
  /** Removes the folder of a new sweep, of which nothing was played. One that goes on stays. */
  readonly discard: () => Promise<void>;
}

/**
 * Makes the folder of a new sweep, all of it checked, or looks whether one can go on, so that other processes play its runs: each by
 * `sweep` with `resume` and `trial`.
 * @throws LetheError as `sweep` does for what it refuses; RUN_LOCKED as long as somebody plays it
 */
export async function prepareSweep(tried: SweepSettings, options: SweepOptions = {}): Promise<PreparedSweep> {
  const { request, opening } = await openingWith(tried, options);
  const folder = await openSweep(request, opening);
  await (await folder.lock(request, (warning) => { options.onNotice?.(`warning: ${warning}`); })).release();
  const { trials, trialsAtOnce } = await folder.read();
  return {
    folder: folder.folder, trials, trialsAtOnce,
    toBePlayed: trials.map(toBePlayed).filter((trial) => !isDone(trial)).map(({ name }) => Number(name)),
    discard: async () => { if (request.resume === null) await rm(folder.folder, { recursive: true, force: true }); },
  };
}

/** What a sweep is opened with that is not played here. */
async function openingWith(tried: SweepSettings, options: SweepOptions): Promise<{ request: SweepRequest; opening: TrialsOpening }> {
  const surroundings = await surroundingsOf(options);
  return {
    request: sweepRequest(tried, options, surroundings),
    opening: { machine: surroundings.machine, onNotice: (line) => { options.onNotice?.(line); } },
  };
}

function sweepRequest(tried: SweepSettings, options: SweepOptions, { folder, runsFolder, logLevel }: Surroundings): SweepRequest {
  const { configFile, listFile, random = null, drawSeed = 1, trialsAtOnce = null, halving = null, best = null } = options;
  const { name = null, resume = null, trial = null, dataDir, unpackedGiB = null, breakLock = false } = options;
  if (trial !== null && resume === null)
    throw problemsError([{ where: 'trial', expected: 'it only of a sweep that goes on, by `resume`', found: String(trial) }]);
  const placing = placingOf(options);
  // Elsewhere no cores are counted that say how many workers a run may have.
  const space = searchSpace(placing === null || resume !== null ? tried : { workers: 1, ...tried }, folder);
  if (resume !== null && Object.keys(space).length > 0)
    throw problemsError([{ where: 'resume', expected: 'no settings, which are those of the sweep', found: Object.keys(space).join() }]);
  if (random === null) refuseRanges(space);
  return {
    folder, runsFolder, logLevel, space, random, drawSeed, trialsAtOnce, halving, best, name, resume, trial, breakLock, placing,
    configFile: configFile === undefined ? null : resolve(folder, configFile),
    listFile: listFile === undefined ? null : resolve(folder, listFile),
    resumedData: { folder: dataDir === undefined ? null : resolve(folder, dataDir), unpackedGiB },
  };
}

/** What is tried, by dotted path. */
function searchSpace(tried: SweepSettings, folder: string): SearchSpace {
  return Object.fromEntries(Object.entries(tried).filter(([, value]) => value !== undefined).flatMap(([name, value]) => {
    if (isRange(value)) return settingPaths(name).map((path): [string, Candidates] => [path, { kind: 'range', ...value }]);
    const isOneList = LISTED_NAMES.has(name) && Array.isArray(value) && !value.some(Array.isArray);
    const values: unknown[] = Array.isArray(value) && !isOneList ? value : [value];
    return settingPaths(name).map((path): [string, Candidates] => (
      [path, { kind: 'values', values: values.map((one) => settingValue(name, one, folder)) as SettingValue[] }]
    ));
  }));
}

function isRange(value: unknown): value is SettingRange {
  return typeof value === 'object' && value !== null && 'low' in value && 'high' in value;
}

function refuseRanges(space: SearchSpace): void {
  const range = Object.entries(space).find(([, { kind }]) => kind === 'range');
  if (range !== undefined)
    throw problemsError([{ where: range[0], expected: 'values, or `random` for a range, which has no end', found: shown(range[1]) }]);
}

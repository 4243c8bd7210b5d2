import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorMessage, LetheError } from '@lethe/errors';
import { placesOf, type PlaceOptions } from '../common-options.js';
import { TrialsFolder } from '../trials/trials-folder.js';
import { listRun } from './list-run.js';
import { listTrials } from './list-trials.js';
import type { ListedRun } from './listed-run.js';

/** What a folder of runs holds. */
export interface RunsListing {
  /** Absolute path. */
  readonly folder: string;
  /** The last written first. */
  readonly runs: readonly ListedRun[];
  /** Folders of runs that cannot be read, each with what is wrong. */
  readonly damaged: readonly { readonly name: string; readonly problem: string }[];
  /** Names of folders that are none of Lethe's. */
  readonly foreign: readonly string[];
}

/**
 * Lists the runs, sweeps, comparisons and runs from several seeds of a folder. One that cannot be read is named; the others are listed.
 * @throws LetheError RUN_MISSING if there is no such folder, or if it is a run or a sweep itself
 */
export async function runs(options: PlaceOptions = {}): Promise<RunsListing> {
  const { runsFolder } = placesOf(options);
  const names = await foldersIn(runsFolder);
  const found = await Promise.all(names.map(async (name) => ({ name, ...await look(runsFolder, name) })));
  return {
    folder: runsFolder,
    runs: found.flatMap(({ run = [] }) => run).sort(byTime),
    damaged: found.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ name, problem }])),
    foreign: found.filter(({ run, problem }) => run === undefined && problem === undefined).map(({ name }) => name),
  };
}

function byTime(a: ListedRun, b: ListedRun): number {
  if (a.written !== b.written) return a.written < b.written ? 1 : -1;
  return a.name < b.name ? -1 : 1;
}

/** Names of the folders in a folder but the hidden ones. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const message = `${folder}: expected a folder that holds runs, found none (--runs-dir names one)`;
    throw new LetheError('RUN_MISSING', message, { cause: error });
  });
  const names = new Set(entries.map(({ name }) => name));
  const [what, place] = names.has('sweep.json')
    ? ['several runs that belong together', join(folder, 'trials')]
    : [names.has('config.json') ? 'a run' : null, dirname(folder)];
  if (what !== null)
    throw new LetheError('RUN_MISSING', `${folder}: expected a folder that holds runs, found ${what} (--runs-dir ${place} lists them)`);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name).sort();
}

/** What lies in a folder: a run, or what is wrong with it; neither where the folder is none of Lethe's. */
async function look(runsFolder: string, name: string): Promise<{ readonly run?: ListedRun; readonly problem?: string }> {
  const has = (file: string): boolean => existsSync(join(runsFolder, name, file));
  try {
    const several = TrialsFolder.find(name, { folder: runsFolder, runsFolder });
    if (several !== null) return { run: await listTrials(several) };
    if (has('config.json')) return { run: await listRun(join(runsFolder, name)) };
  } catch (error) {
    return { problem: errorMessage(error) };
  }
  if (has('checkpoints')) return { problem: 'expected config.json beside its checkpoints, found none' };
  return has('trials') ? { problem: 'expected sweep.json beside its trials, found none' } : {};
}

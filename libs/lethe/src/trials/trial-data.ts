import { findCheckpoint, newestCheckpoint } from '@lethe/checkpoint';
import { applyResumeOverrides, type ConfigLayer } from '@lethe/config';
import { errorCode } from '@lethe/errors';
import { RunFolder } from '@lethe/run-folder';
import type { Trial } from './trial.js';
import type { DataOpening } from '../run/run-data.js';
import { openSavedRun } from '../run/saved-run.js';
import type { DataReading } from '../requests.js';
import type { TrialsFolder } from './trials-folder.js';

/** How the data of trials are read. */
export interface TrialDataOptions extends Pick<DataOpening, 'cacheFolder'> { readonly data: DataReading }

/**
 * Has those trials that are still to be begun learn from the data that the others have learnt from: figures of other data could not be
 * compared. A trial that goes on, or is measured, looks itself.
 *
 * @throws LetheError CHECKPOINT_MISMATCH for other data
 */
export async function checkTrialData(
  folder: TrialsFolder, trials: readonly Pick<Trial, 'name'>[], { data, cacheFolder }: TrialDataOptions,
): Promise<void> {
  const runs = trials.map(({ name }) => ({ name, run: RunFolder.at(folder.runFolder(name)) }));
  const isBegun = await Promise.all(runs.map(async ({ run }) => (await newestCheckpoint(run.checkpoints)) !== null));
  const placeOf = async (name: string): Promise<string> => data.folder ?? (await folder.config(name)).data.folder ?? '';
  const places = new Set(await Promise.all(runs.filter((_, index) => isBegun[index] !== true).map(({ name }) => placeOf(name))));
  for (const { name, run } of runs.filter((_, index) => isBegun[index] === true)) {
    // One look at each place is enough: it holds the same for all.
    if (places.delete(await placeOf(name))) await checkData(run, { data, cacheFolder });
  }
}

async function checkData(run: RunFolder, { data, cacheFolder }: TrialDataOptions): Promise<void> {
  const values = { data: Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null)) };
  const layers: ConfigLayer[] = [
    { source: 'flags', values, label: (path) => (path === 'data.unpackedGiB' ? '--unpacked-gib' : '--data-dir') },
  ];
  try {
    await openSavedRun(run, await findCheckpoint(run.checkpoints, 'latest'), {
      override: (saved) => applyResumeOverrides(saved, layers), opening: { cacheFolder },
    });
  } catch (error) {
    // Whatever else is wrong with one trial is found when that trial begins.
    if (errorCode(error) === 'CHECKPOINT_MISMATCH') throw error;
  }
}

import type { RunConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { Gpu } from '@lethe/tensorflow';

/** What a trial's configuration says of its devices. */
export type TrialDevices = Pick<RunConfig['cluster'], 'engine' | 'workers' | 'shareGpus'>;

/**
 * The GPUs of each slot: slot s of S gets every S-th one, so that trials side by side never compute on the same one, unless all of
 * them may share.
 *
 * @param trials those that will be played
 * @throws LetheError DEVICE_PLAN_INVALID if there are too few GPUs for that
 */
export function slotGpus(gpus: readonly Gpu[], slots: number, trials: readonly TrialDevices[]): readonly (readonly Gpu[])[] {
  const needed = trials.reduce((most, { engine, workers, shareGpus }) => (engine === 'native' && !shareGpus ? Math.max(most, workers) : most), 0);
  const groups = Math.min(slots, Math.max(1, gpus.length));
  if (gpus.length > 0 && slots > 1 && slots * needed > gpus.length) {
    const most = Math.max(1, Math.floor(gpus.length / needed));
    throw new LetheError(
      'DEVICE_PLAN_INVALID',
      `--trials-at-once: expected at most ${most} on ${gpus.length} ${gpus.length === 1 ? 'GPU' : 'GPUs'}, as each of a trial's workers (${needed}) takes one, found ${slots}; --share-gpus lets them share`,
    );
  }
  return Array.from({ length: slots }, (_, slot) => gpus.filter((_, index) => index % groups === slot % groups));
}

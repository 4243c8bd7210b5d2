import type { Settings } from '@lethe/config';
import { problemsError } from '@lethe/config';
import { surroundingsOf, type CommonOptions } from './common-options.js';
import { machineOfPlacing, type PlacingOptions } from './placing/placing.js';
import { newRunConfig, withOwnCode } from './run-config.js';
import { machineOf } from './this-machine.js';
import { trainRequest, type TrainOptions } from './train.js';
import { PlayedTrials, type LiveTrials, type TrialsListeners } from './trials/live-trials.js';
import { newTrials, openTrials, resumedTrials, trainTrials } from './trials/train-trials.js';
import type { Trial } from './trials/trial.js';

/** What several runs are trained with. */
export interface TrainSeveralOptions
  extends CommonOptions, TrialsListeners, PlacingOptions, Pick<TrainOptions, 'workers' | 'configFile' | 'name' | 'resume' | 'breakLock'> {
  /** A run from each of them. */
  readonly seeds?: readonly number[] | undefined;
}

/** What several runs came to together. */
export interface SeveralRuns {
  /** Absolute path of their folder, with a folder for each run below `trials`. */
  readonly folder: string;
  readonly trials: readonly Trial[];
  /** A signal ended them; they can be gone on with. */
  readonly isInterrupted: boolean;
  /** Means and deviations, or the kinds of training beside each other: each a head and rows. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** Sentences on what the figures tell, and where files are. */
  readonly notes: readonly string[];
}

/**
 * Trains several runs of one configuration, as many at once as the machine allows: one from each seed, or, where a model is carried to
 * another domain and `training` is `each`, one of each kind of training.
 */
export function trainSeveral(settings: Settings, options: TrainSeveralOptions = {}): LiveTrials<SeveralRuns> {
  return new PlayedTrials<SeveralRuns>(options, async (live) => {
    live.expectGoingOn();
    const surroundings = await surroundingsOf(options);
    const { machine, environment } = surroundings;
    const request = await withOwnCode({ ...trainRequest(settings, options, surroundings), seeds: options.seeds ?? null });
    const several = request.resume === null
      ? newTrials(request, newRunConfig(request, machineOf(machineOfPlacing(machine, request.placing))))
      : await resumedTrials(request);
    if (several === null)
      throw problemsError([{ where: 'seeds', expected: 'several seeds, or a recipe with several kinds of training', found: 'one run' }]);
    const folder = await openTrials(several, request, { machine, onNotice: (line) => { options.onNotice?.(line); } });
    const { trials, trialsAtOnce } = await folder.read();
    live.open({ folder: folder.folder, trials, trialsAtOnce });
    live.expectGoingOn();
    const { run, tables, notes } = await trainTrials(folder, request, { machine, environment, watcher: live.watcher(), placing: null });
    return { folder: folder.folder, trials: run.trials, isInterrupted: run.isInterrupted, tables, notes };
  });
}

/**
 * Whether settings and options ask for several runs, which `trainSeveral` plays, or for one, which `train` does.
 *
 * @throws LetheError as these do for what they would refuse
 */
export async function asksForSeveral(settings: Settings, options: TrainSeveralOptions = {}): Promise<boolean> {
  const surroundings = await surroundingsOf(options);
  const request = await withOwnCode({ ...trainRequest(settings, options, surroundings), seeds: options.seeds ?? null });
  if (request.resume !== null) return (await resumedTrials(request)) !== null;
  return newTrials(request, newRunConfig(request, machineOf(machineOfPlacing(surroundings.machine, request.placing)))) !== null;
}

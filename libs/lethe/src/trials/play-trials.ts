import { join } from 'node:path';
import type { RunConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { LocalPlacement, type Placement, type Resources } from '@lethe/placement';
import { closingAfter } from '../local-cluster/closing-after.js';
import { machineOfPlacing, type Placing } from '../placing/placing.js';
import type { Environment } from '../process-environment.js';
import type { DataReading, Logging } from '../requests.js';
import type { DataOpening } from '../run/run-data.js';
import type { ThisMachine } from '../this-machine.js';
import { checkTrialData } from './trial-data.js';
import { TrialRunner, type TrialRunnerOptions } from './trial-runner.js';
import { checkSlots, slotGpus } from './trial-slots.js';
import { isDone, toBePlayed, type Trial, type TrialPosition } from './trial.js';
import type { TrialsFolder } from './trials-folder.js';
import type { TrialsState } from './trials-state.js';

/** Who watches trials, and may end them. */
export interface TrialsWatcher {
  /** Called when nothing can refuse the trials any more. `interrupt` ends those that run, with a checkpoint; called again, at once. */
  readonly begin: (interrupt: () => void) => TrialsView;
  readonly onWarning: (warning: string) => void;
}

/** What watches trials from their begin to their end. */
export interface TrialsView {
  /** A trial has come to something new. */
  readonly onChange: (trial: Trial, trials: readonly Trial[]) => void;
  /** A trial that runs was looked at. */
  readonly onPosition: (trial: Trial, trials: readonly Trial[], position: TrialPosition) => void;
  readonly onNotice: (line: string) => void;
  /** None runs any more. */
  readonly end: () => void;
}

/** What opens the folder of several runs. */
export interface TrialsOpening extends Pick<DataOpening, 'onProgress'> {
  readonly machine: ThisMachine;
  /** Hears how the data were read, and which of the recipe's settings are others, so that they fit the data. */
  readonly onNotice: (line: string) => void;
}

/** How these runs open their data. */
export function openingOf({ machine: { cacheFolder }, onNotice, onProgress }: TrialsOpening): DataOpening {
  return { cacheFolder, onNotice, onProgress };
}

/** What trials have of the process that plays them. */
export interface TrialSurroundings {
  /** Where they are played; null: on this machine. */
  readonly placing: Placing | null;
  /** What the trials share. */
  readonly machine: ThisMachine;
  readonly environment: Environment;
  readonly watcher: TrialsWatcher;
}

/**
 * Plays the trials that are not done: those of the state. Processes may play others of them at the same time (`others`).
 *
 * @throws LetheError DEVICE_PLAN_INVALID if that many at once do not fit on the GPUs, CONFIG_INVALID if they have too many processes,
 * CODE_MISSING if their code is gone, CHECKPOINT_MISMATCH if those that are to be begun would learn from other data than the others have
 */
export async function playTrials(
  folder: TrialsFolder,
  state: TrialsState,
  data: DataReading,
  surroundings: TrialSurroundings & Logging & Partial<Pick<TrialRunnerOptions, 'others'>>,
): Promise<TrialRunner> {
  const { placing, environment, watcher, logLevel, others = null } = surroundings;
  const machine = machineOfPlacing(surroundings.machine, placing);
  await folder.loadCode(state.trials);
  const clusters = await clustersOfTrials(folder, state.trials);
  checkSlots(clusters, state.trialsAtOnce, machine.cores);
  const slots = slotGpus(machine.gpus, state.trialsAtOnce, clusters);
  await checkTrialData(folder, [...state.trials, ...(others ?? []).map((name) => ({ name }))], { data, cacheFolder: machine.cacheFolder });
  const ending = new AbortController();
  let interrupt = (): void => { ending.abort(new LetheError('INTERRUPTED', 'stopped before a trial was played')); };
  const view = watcher.begin(() => { interrupt(); });
  const play = async (placement: Placement): Promise<TrialRunner> => {
    const run = new TrialRunner({
      folder, state, data, logLevel, placement, others,
      resources: resourcesOfTrials(placing, clusters), cores: placing === null ? machine.cores : null,
      // Where there are none, what the environment says of them stays as it is.
      environments: slots.map((own) => (own.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: own.map(({ id }) => id).join(',') })),
      onChange: view.onChange,
      onPosition: view.onPosition,
      onNotice: view.onNotice,
    });
    interrupt = () => { run.interrupt(); };
    if (ending.signal.aborted) run.interrupt();
    await run.play();
    return run;
  };
  try {
    if (placing === null) return await play(new LocalPlacement(environment));
    const placement = await placing.scheduler.open({
      processes: state.trialsAtOnce, resources: resourcesOfTrials(placing, clusters), environment,
      privateFolder: join(folder.folder, others === null ? 'placed' : `placed-${state.trials.map(({ name }) => name).join()}`),
      sharedFolders: [folder.folder], signal: ending.signal, onNotice: view.onNotice,
    });
    return await closingAfter(() => play(placement), () => placement.close(), view.onNotice);
  } finally {
    view.end();
  }
}

/** What a trial is given elsewhere: what all of its workers need. */
function resourcesOfTrials(placing: Placing | null, clusters: readonly RunConfig['cluster'][]): Resources {
  if (placing === null) return { cores: null, gpus: 0 };
  const { cores, gpus } = placing.resources;
  const workers = clusters.reduce((most, cluster) => Math.max(most, cluster.workers), 1);
  return { cores: cores === null ? null : cores * workers, gpus: gpus * workers };
}

function clustersOfTrials(folder: TrialsFolder, trials: readonly Trial[]): Promise<RunConfig['cluster'][]> {
  return Promise.all(trials.map(toBePlayed).filter((trial) => !isDone(trial)).map(async ({ name }) => (await folder.config(name)).cluster));
}

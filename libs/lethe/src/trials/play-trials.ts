import type { RunConfig } from '@lethe/config';
import { commandLineProgram } from '@lethe/programs';
import type { Environment } from '../process-environment.js';
import type { DataReading, Logging } from '../requests.js';
import type { DataOpening } from '../run/run-data.js';
import type { ThisMachine } from '../this-machine.js';
import { checkTrialData } from './trial-data.js';
import { TrialRunner } from './trial-runner.js';
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
  /** What the trials share. */
  readonly machine: ThisMachine;
  readonly environment: Environment;
  readonly watcher: TrialsWatcher;
}

/**
 * Plays the trials that are not done.
 *
 * @throws LetheError DEVICE_PLAN_INVALID if that many at once do not fit on the GPUs, CONFIG_INVALID if they have too many processes,
 * CODE_MISSING if their code is gone, CHECKPOINT_MISMATCH if those that are to be begun would learn from other data than the others have
 */
export async function playTrials(
  folder: TrialsFolder,
  state: TrialsState,
  data: DataReading,
  surroundings: TrialSurroundings & Logging,
): Promise<TrialRunner> {
  const { machine, environment, watcher, logLevel } = surroundings;
  await folder.loadCode(state.trials);
  const clusters = await clustersOfTrials(folder, state.trials);
  checkSlots(clusters, state.trialsAtOnce, machine.cores);
  const slots = slotGpus(machine.gpus, state.trialsAtOnce, clusters);
  await checkTrialData(folder, state.trials, { data, cacheFolder: machine.cacheFolder });
  const view = watcher.begin(() => { run.interrupt(); });
  const run = new TrialRunner({
    folder, state, data, logLevel, program: commandLineProgram(), cores: machine.cores,
    // Where there are none, what the environment says of them stays as it is.
    environments: slots.map((own) =>
      own.length === 0 ? environment : { ...environment, CUDA_VISIBLE_DEVICES: own.map(({ id }) => id).join(',') },
    ),
    onChange: view.onChange,
    onPosition: view.onPosition,
    onNotice: view.onNotice,
  });
  try {
    await run.play();
  } finally {
    view.end();
  }
  return run;
}

function clustersOfTrials(folder: TrialsFolder, trials: readonly Trial[]): Promise<RunConfig['cluster'][]> {
  return Promise.all(trials.map(toBePlayed).filter((trial) => !isDone(trial)).map(async ({ name }) => (await folder.config(name)).cluster));
}

import type { RunConfig } from '@lethe/config';
import { formatNumber, TrialsReporter } from '@lethe/telemetry';
import type { Gpu } from '@lethe/tensorflow';
import { isDone, shownSetting, toBePlayed, type Trial } from '@lethe/sweep';
import { EXIT } from '../command-line/exit-codes.js';
import { hearEndingSignals } from '../run/ending-signals.js';
import { checkSlots } from './check-slots.js';
import type { DataReading } from './data-reading.js';
import { slotGpus } from './slot-gpus.js';
import type { SweepFolder } from './sweep-folder.js';
import { SweepRun } from './sweep-run.js';
import type { SweepState } from './sweep-state.js';
import { checkTrialData } from './trial-data.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface TrialSurroundings {
  /** What the trials share. */
  readonly gpus: readonly Gpu[];
  readonly cores: number;
  readonly environment: Environment;
  readonly data: DataReading;
  /** Show no progress. */
  readonly isQuiet: boolean;
}

/**
 * Plays the trials that are not done, shows them on the terminal, and lets Ctrl-C end them with a checkpoint.
 *
 * @throws LetheError DEVICE_PLAN_INVALID if so many at once do not fit on the GPUs, CONFIG_INVALID if they have too many processes,
 * CHECKPOINT_MISMATCH if those that are to be begun would learn from other data than the others have
 */
export async function playTrials(folder: SweepFolder, state: SweepState, { gpus, cores, environment, data, isQuiet }: TrialSurroundings): Promise<SweepRun> {
  const clusters = await clustersOfTrials(folder, state.trials);
  checkSlots(clusters, state.trialsAtOnce, cores);
  const slots = slotGpus(gpus, state.trialsAtOnce, clusters);
  await checkTrialData(folder, state.trials, data);
  const reporter = new TrialsReporter(process.stdout);
  const run = new SweepRun({
    folder, state, data,
    // Where there are none, what the environment says of them stays as it is.
    environments: slots.map((own) => (own.length === 0 ? environment : { ...environment, CUDA_VISIBLE_DEVICES: own.map(({ id }) => id).join(',') })),
    onChange: (trial, trials) => { if (!isQuiet || trial.state !== 'running') show(trial, trials, reporter); },
    onNotice: (line) => { reporter.notice(line); },
  });
  // Trials are in sessions of their own: a terminal that is closed tells this process alone.
  const hearNoMore = hearEndingSignals(() => {
    reporter.notice('ending the trials that run, with a checkpoint (again: at once)');
    run.interrupt();
  });
  try {
    await run.play();
  } finally {
    hearNoMore();
    reporter.close();
  }
  return run;
}

/** How a command ends that has played trials: that some of them diverge is a result beside those of others, but not where there are none. */
export function exitCodeOfTrials({ isInterrupted, trials }: Pick<SweepRun, 'isInterrupted' | 'trials'>): number {
  if (isInterrupted) return EXIT.interrupted;
  const states = new Set(trials.map(({ state }) => state));
  if (states.has('failed')) return EXIT.failed;
  return states.has('diverged') && !states.has('completed') ? EXIT.diverged : EXIT.ok;
}

function clustersOfTrials(folder: SweepFolder, trials: readonly Trial[]): Promise<RunConfig['cluster'][]> {
  return Promise.all(trials.map(toBePlayed).filter((trial) => !isDone(trial)).map(async ({ name }) => (await folder.config(name)).cluster));
}

function show(trial: Trial, trials: readonly Trial[], reporter: TrialsReporter): void {
  const { name, state, figures, message } = trial;
  const settings = Object.entries(trial.values).filter(([path, value]) => trials.some(({ values }) => shownSetting(values[path]) !== shownSetting(value))).map(([path, value]) => `${path.split('.').at(-1) ?? path} ${shownSetting(value)}`).join(', ');
  const reached = Object.entries(figures).filter(([figure]) => figure.startsWith('held_out/')).map(([figure, value]) => `${figure.slice('held_out/'.length)} ${formatNumber(value)}`).join('  ');
  if (state === 'running') reporter.update({ name, text: `${settings}  ${reached}`, epoch: figures['epochs'] ?? 0, totalEpochs: trial.epochs });
  else if (isDone(trial)) reporter.end(name, `${name}  ${state}  ${settings}  ${reached}${message === '' ? '' : `  ${message}`}  (${trials.filter(isDone).length} of ${trials.length} done)`);
  else reporter.end(name, `${name}  waits to go on  ${settings}${message === '' ? '' : `  ${message}`}`);
}

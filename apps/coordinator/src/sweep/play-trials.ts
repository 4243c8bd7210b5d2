import { TrialsReporter } from '@lethe/telemetry';
import { isDone, type Trial } from '@lethe/sweep';
import { EXIT } from '../command-line/exit-codes.js';
import type { SweepFolder } from './sweep-folder.js';
import { SweepRun } from './sweep-run.js';
import type { SweepState } from './sweep-state.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface TrialSurroundings {
  /** Indices of this machine's GPUs. */
  readonly gpus: readonly number[];
  readonly environment: Environment;
}

/** Plays the trials that are not done, shows them on the terminal, and lets Ctrl-C end them with a checkpoint. */
export async function playTrials(folder: SweepFolder, state: SweepState, { gpus, environment }: TrialSurroundings): Promise<SweepRun> {
  const reporter = new TrialsReporter(process.stdout);
  const run = new SweepRun({
    folder, state,
    environments: Array.from({ length: state.trialsAtOnce }, (_, slot) => slotEnvironment(environment, gpus, { slot, slots: state.trialsAtOnce })),
    onChange: (trial, trials) => { show(trial, trials, reporter); },
  });
  const interrupt = (): void => {
    reporter.notice('ending the trials that run, with a checkpoint (again: at once)');
    run.interrupt();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    await run.play();
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
    reporter.close();
  }
  return run;
}

/** How a command ends that has played trials. */
export function exitCodeOfTrials({ isInterrupted, trials }: SweepRun): number {
  if (isInterrupted) return EXIT.interrupted;
  return trials.some(({ state }) => state === 'failed') ? EXIT.failed : EXIT.ok;
}

/** Slots share the GPUs: slot s of S gets every S-th one; without GPUs there is nothing to share out. */
function slotEnvironment(environment: Environment, gpus: readonly number[], { slot, slots }: { slot: number; slots: number }): Environment {
  if (gpus.length === 0) return environment;
  const mine = gpus.filter((_, index) => index % Math.min(slots, gpus.length) === slot % gpus.length);
  return { ...environment, CUDA_VISIBLE_DEVICES: mine.join(',') };
}

function show(trial: Trial, trials: readonly Trial[], reporter: TrialsReporter): void {
  const { name, state, figures, message } = trial;
  const settings = Object.entries(trial.values).filter(([path, value]) => trials.some(({ values }) => values[path] !== value)).map(([path, value]) => `${path.split('.').at(-1) ?? path} ${String(value)}`).join(', ');
  const reached = Object.entries(figures).filter(([figure]) => figure.startsWith('held_out/')).map(([figure, value]) => `${figure.slice('held_out/'.length)} ${value.toPrecision(4)}`).join('  ');
  if (state === 'running') reporter.update({ name, text: `${settings}  ${reached}`, epoch: figures['epochs'] ?? 0, totalEpochs: trial.epochs });
  else if (isDone(trial)) reporter.end(name, `${name}  ${state}  ${settings}  ${reached}${message === '' ? '' : `  ${message}`}  (${trials.filter(isDone).length} of ${trials.length} done)`);
  else reporter.end(name, `${name}  waits to go on  ${settings}${message === '' ? '' : `  ${message}`}`);
}

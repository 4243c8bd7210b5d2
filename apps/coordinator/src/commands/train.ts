import { errorCode } from '@lethe/errors';
import {
  endingLines, lookAtThisMachine, machineOf, newRunConfig, newTrials, playRun, prepareRun, resumedTrials, withOpenRun, type PreparedRun,
  type RunSurroundings,
} from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { createReporter, QuietReporter } from '@lethe/telemetry';
import type { TrainCommand } from '../command-line/command.js';
import type { CheckpointRequests } from '../signals/checkpoint-requests.js';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { Interruption } from '../signals/interruption.js';
import { runTrials } from './train-trials.js';

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Surroundings { readonly environment: Environment; readonly requests: CheckpointRequests }

/** Trains: checks everything that was asked for, starts the cluster, plays the game, leaves a run folder; or a folder of several runs. */
export async function runTrain(command: TrainCommand, { environment, requests }: Surroundings): Promise<number> {
  const machine = await lookAtThisMachine(environment);
  const compiled = command.resume === null ? newRunConfig(command, machineOf(machine)) : null;
  const several = compiled === null ? await resumedTrials(command) : newTrials(command, compiled);
  if (several !== null) return runTrials(several, command, { machine, environment });
  const reporter = command.quiet ? new QuietReporter(process.stdout) : createReporter({ output: process.stdout });
  const close = closeOnTheWayOut(reporter);
  try {
    const run = await prepareRun(command, { machine, compiled, reporter });
    return await playPrepared(run, { environment, requests });
  } finally {
    // A bar that nobody stops keeps this process alive.
    close();
  }
}

async function playPrepared(run: PreparedRun, { environment, requests }: Surroundings): Promise<number> {
  const interruption = new Interruption((line) => { run.reporter.notice(line); });
  try {
    return await withOpenRun(run, () => trainOnce(run, { environment, takeCheckpointRequest: () => requests.take(), interruption }));
  } finally {
    interruption.dispose();
  }
}

async function trainOnce(run: PreparedRun, surroundings: RunSurroundings): Promise<number> {
  const { outcome, summary, evaluation, measuringFailure } = await playRun(run, surroundings);
  const traceFile = await run.folder.writeTrace(run.trace?.toJson() ?? null);
  run.reporter.close();
  for (const line of endingLines({ summary, evaluation, traceFile }, run)) run.reporter.notice(line);
  if (outcome.divergence !== null) throw outcome.divergence;
  if (measuringFailure !== null && errorCode(measuringFailure) !== 'INTERRUPTED') throw measuringFailure;
  return outcome.ending === 'interrupted' || measuringFailure !== null ? EXIT.interrupted : EXIT.ok;
}

import { join, relative } from 'node:path';
import { errorCode } from '@lethe/errors';
import type { TrainCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import { requestedRuns, runSeveral } from './several-runs.js';
import type { CheckpointRequests } from '../run/checkpoint-requests.js';
import { Interruption } from '../run/interruption.js';
import { playRun, type RunSurroundings } from '../run/play-run.js';
import { prepareRun, type PreparedRun } from '../run/prepare-run.js';
import { withOpenRun } from '../run/open-run.js';
import { printSummary } from '../run/summary.js';
import { lookAtThisMachine } from '../this-machine.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Trains: checks everything that was asked for, starts the cluster, plays the game, leaves a run folder; or a folder of several runs. */
export async function runTrain(command: TrainCommand, { environment, requests }: { environment: Environment; requests: CheckpointRequests }): Promise<number> {
  const machine = await lookAtThisMachine(environment);
  const several = await requestedRuns(command, machine);
  if (several !== null) return runSeveral(several, command, { machine, environment });
  const run = await prepareRun(command, machine, process.stdout);
  const interruption = new Interruption((line) => { run.reporter.notice(line); });
  try {
    return await withOpenRun(run, () => trainOnce(run, { environment, requests, interruption }));
  } finally {
    interruption.dispose();
  }
}

async function trainOnce(run: PreparedRun, surroundings: RunSurroundings): Promise<number> {
  const { outcome, summary, evaluation, measuringFailure } = await playRun(run, surroundings);
  await run.folder.writeTrace(run.trace?.toJson() ?? null);
  run.reporter.close();
  printSummary(summary, run);
  if (evaluation !== null) printEvaluation(evaluation, run);
  if (outcome.divergence !== null) throw outcome.divergence;
  if (measuringFailure !== null && errorCode(measuringFailure) !== 'INTERRUPTED') throw measuringFailure;
  return outcome.ending === 'interrupted' || measuringFailure !== null ? EXIT.interrupted : EXIT.ok;
}

function printEvaluation(lines: readonly string[], { folder, reporter, userFolder }: PreparedRun): void {
  reporter.notice(`report       ${relative(userFolder, join(folder.folder, 'report.html'))}`);
  for (const line of lines) reporter.notice(line);
}

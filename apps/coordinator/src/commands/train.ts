import { relative } from 'node:path';
import { errorCode } from '@lethe/errors';
import {
  asksForSeveral, lookAtThisMachine, train, type CommonOptions, type PlacingOptions, type Settings, type TrainedRun, type TrainOptions,
} from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { createReporter, QuietReporter } from '@lethe/telemetry';
import type { TrainCommand } from '../command-line/command.js';
import type { CheckpointRequests } from '../signals/checkpoint-requests.js';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { Interruption } from '../signals/interruption.js';
import { endingLines } from './ending-lines.js';
import type { ComputingSurroundings, Environment } from './on-examples.js';
import { commonOptions } from './options.js';
import { placingOptions } from './placing.js';
import { showProgress } from './show-progress.js';
import { runDryRun } from './dry-run.js';
import { runTrials } from './train-trials.js';

interface Surroundings extends ComputingSurroundings { readonly requests: CheckpointRequests }

/** Trains: a run, or several in a folder. */
export async function runTrain(command: TrainCommand, { environment, setEnvironment, requests }: Surroundings): Promise<number> {
  const machine = await lookAtThisMachine(environment);
  const settings = command.flags.values as Settings;
  const options = { ...trainOptions(command, environment), machine };
  if (command.dryRun !== null) return runDryRun(settings, { ...command.dryRun, options, environment, setEnvironment });
  if (await asksForSeveral(settings, { ...options, seeds: command.seeds })) return runTrials(command, settings, options);
  const reporter = command.quiet ? new QuietReporter(process.stdout) : createReporter({ output: process.stdout });
  const close = closeOnTheWayOut(reporter);
  const notice = (line: string): void => { reporter.notice(line); };
  const interruption = new Interruption(notice, () => loss(run.folder ?? '', command.folder));
  const run = train(settings, {
    ...options, ...showProgress(reporter), signal: interruption.signal,
    trace: command.trace, measuringWorkers: command.measuringWorkers,
    onStage: (stage) => { interruption.stageBegins(stage); },
  });
  interruption.follow(run);
  requests.follow(run);
  try {
    const trained = await run.done;
    reporter.close();
    for (const line of endingLines(trained, command.folder)) notice(line);
    return exitCode(trained);
  } finally {
    interruption.dispose();
    // A bar that nobody stops keeps this process alive.
    close();
  }
}

type RunOptions = CommonOptions & PlacingOptions & Pick<TrainOptions, 'configFile' | 'name' | 'resume' | 'breakLock'>;

/** What a command says of a run, but for its settings. */
function trainOptions(command: TrainCommand, environment: Environment): RunOptions {
  const { configFile, name, resume, breakLock, flags } = command;
  return { ...commonOptions(command, environment), ...placingOptions(command.placing), configFile, name, resume, breakLock, nameOf: flags.label };
}

/** What is said when the measuring is given up. */
function loss(folder: string, userFolder: string): string {
  return `measuring no more; the run is complete and saved, \`npx lethe evaluate ${relative(userFolder, folder) || '.'}\` measures it`;
}

/** @throws what is not finite, or why the run was not measured */
function exitCode({ ending, failure }: TrainedRun): number {
  if (failure !== null && errorCode(failure) !== 'INTERRUPTED') throw failure;
  return ending === 'interrupted' || failure !== null ? EXIT.interrupted : EXIT.ok;
}

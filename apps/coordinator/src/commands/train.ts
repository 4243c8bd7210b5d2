import { basename, relative } from 'node:path';
import { valueAt } from '@lethe/config';
import { errorCode } from '@lethe/errors';
import {
  asksForSeveral, findRunFolder, jobScript, lookAtThisMachine, train,
  type CommonOptions, type PlacingOptions, type Settings, type TrainedRun, type TrainOptions,
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
import { planTraining, runDryRun } from './dry-run.js';
import { expectNumber, goesOn, isToSubmit, jobOf, nameNow, patienceInJob, requeueIfWarned, runSubmit, wordsInJob } from './job.js';
import { runTrials } from './train-trials.js';

interface Surroundings extends ComputingSurroundings {
  /** What was typed. */
  readonly argv: readonly string[];
  readonly requests: CheckpointRequests;
}

/** Trains: a run, or several in a folder. */
export async function runTrain(typed: TrainCommand, surroundings: Surroundings): Promise<number> {
  const { environment, setEnvironment, requests } = surroundings;
  const machine = await lookAtThisMachine(environment);
  const command = goingOn(typed, environment);
  const settings = command.flags.values as Settings;
  const options = { ...trainOptions(command, environment), machine };
  if (isToSubmit(command.placing, environment)) return submitTraining(command, { ...surroundings, settings, options });
  if (command.dryRun !== null) return runDryRun(settings, { ...command.dryRun, script: null, options, environment, setEnvironment });
  if (await asksForSeveral(settings, { ...options, seeds: command.seeds })) return runTrials(command, settings, options);
  const reporter = command.quiet ? new QuietReporter(process.stdout) : createReporter({ output: process.stdout });
  const close = closeOnTheWayOut(reporter);
  const notice = (line: string): void => { reporter.notice(line); };
  const patienceMs = command.placing.on === undefined ? undefined : patienceInJob;
  const interruption = new Interruption(notice, () => loss(run.folder ?? '', command.folder), patienceMs);
  const run = train(settings, {
    ...options, ...showProgress(reporter), signal: interruption.signal,
    trace: command.trace, measuringWorkers: command.measuringWorkers,
    onStage: (stage) => { interruption.stageBegins(stage); },
  });
  interruption.follow(run);
  requests.follow(run);
  let isPlayed = false;
  try {
    const trained = await run.done;
    isPlayed = trained.ending !== 'interrupted';
    reporter.close();
    for (const line of endingLines(trained, command.folder)) notice(line);
    return exitCode(trained);
  } finally {
    await requeueIfWarned(command.placing, isPlayed ? null : interruption.lastSignal, { environment, notice });
    interruption.dispose();
    // A bar that nobody stops keeps this process alive.
    close();
  }
}

type RunOptions = CommonOptions & PlacingOptions & Pick<TrainOptions, 'configFile' | 'name' | 'resume' | 'breakLock'>;

/** What a command says of a run, but for its settings. */
function trainOptions(command: TrainCommand, environment: Environment): RunOptions {
  const { configFile, name, resume, breakLock, flags } = command;
  return {
    ...commonOptions(command, environment), ...placingOptions(command.placing, environment),
    configFile, name, resume, breakLock, nameOf: flags.label,
  };
}

/** A run that a job has begun before goes on as it was begun. */
function goingOn(command: TrainCommand, environment: Environment): TrainCommand {
  const again = goesOn(command, environment, 'config.json');
  if (again === null) return command;
  if (command.resume !== undefined) return { ...command, breakLock: again.breakLock };
  return { ...command, ...again, name: undefined, configFile: undefined, flags: { ...command.flags, values: {} } };
}

/** What a run's options and settings are, with what was typed. */
interface Submission extends Surroundings { readonly settings: Settings; readonly options: RunOptions }

/** Has a job play a run, once everything is checked that can be checked here. */
async function submitTraining(command: TrainCommand, submission: Submission): Promise<number> {
  const { argv, settings, options, environment, setEnvironment } = submission;
  const { resume, dryRun, placing: { coresPerWorker, gpusPerWorker, job: { scriptOut } }, folder } = command;
  const name = resume === undefined ? command.name ?? nameNow() : basename(findRunFolder(resume, command));
  const tasks = expectNumber(valueAt(command.flags.values, 'cluster.workers'), 'workers');
  const job = {
    ...jobOf(command, environment), name, tasks, words: wordsInJob(argv, name, resume),
    coresPerTask: coresPerWorker ?? null, gpusPerTask: gpusPerWorker ?? 0,
  };
  await asksForSeveral(settings, { ...options, seeds: command.seeds });
  if (dryRun !== null) return runDryRun(settings, { ...dryRun, script: jobScript(job), options, environment, setEnvironment });
  if (resume === undefined) await planTraining(settings, { options: { ...options, name }, environment, setEnvironment });
  return runSubmit(job, { folder, scriptOut });
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

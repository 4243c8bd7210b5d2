import { resolve } from 'node:path';
import { problemsError, settingsLayer, type Settings } from '@lethe/config';
import type { LetheError } from '@lethe/errors';
import { surroundingsOf, tell, type CommonOptions, type Surroundings } from './common-options.js';
import { metricsFile } from './record/metrics.js';
import { machineOfPlacing, placingOf, workersElsewhere, type PlacingOptions } from './placing/placing.js';
import { RunHistory } from './record/run-history.js';
import type { TrainRequest } from './requests.js';
import { newRunConfig, withOwnCode } from './run-config.js';
import { expectGoingOn, interruptionOf } from './run/expect-going-on.js';
import { liveRun, type LiveRun, type TrainedRun } from './run/live-run.js';
import { playRun } from './run/play-run.js';
import { prepareRun, withOpenRun, type PreparedRun } from './run/prepare-run.js';
import { RunControl, type RunStage } from './run/run-control.js';
import { listeningReporter, type Listeners } from './run/run-progress.js';
import { machineOf } from './this-machine.js';
import { newTrials } from './trials/train-trials.js';

/** What a run is trained with, besides its settings. None of it has a part in what is computed. */
export interface TrainOptions extends CommonOptions, Listeners, PlacingOptions {
  /**
   * Ends the run: while it is training after the round under way, with a checkpoint; `done` comes with the ending `interrupted`. Before its
   * first round there is nothing to save, and `done` is rejected with INTERRUPTED. While it is measured, the measuring ends.
   */
  readonly signal?: AbortSignal | undefined;
  /** Worker processes that the run starts, on this machine or where `on` says, as the setting of that name. */
  readonly workers?: number | undefined;
  /** A file of settings under those that are given: JSON with any part of a configuration. */
  readonly configFile?: string | undefined;
  /** Name of its folder below `runsDir`. Default: the time. */
  readonly name?: string | undefined;
  /** A run to go on with: its name below `runsDir`, or its folder. Settings may then change its length and where its data lie. */
  readonly resume?: string | undefined;
  /** Take a run that goes on over from a process of another host, which cannot be known to be gone. */
  readonly breakLock?: boolean | undefined;
  /** Write a trace of what each process did in each round. */
  readonly trace?: boolean | undefined;
  /** Most workers on this machine that measure at the end, if the run has not more. Default: as many as its cores allow. */
  readonly measuringWorkers?: number | undefined;
  /** Hears of each stage as it begins. */
  readonly onStage?: ((stage: RunStage) => void) | undefined;
}

/**
 * Trains one run: reads the data, checks everything, starts its processes, plays its rounds, saves checkpoints, and measures what the
 * features keep and forget. Several can be played at the same time in one program: each has processes and a folder of its own, and the
 * weights are those that it would have alone.
 *
 * @param settings over those of the recipe; the default recipe is `forget-short`, which learns from MNIST
 * @returns the run at once; what is wrong with it is thrown by its `done`, and by whoever follows its rounds
 */
export function train(settings: Settings = {}, options: TrainOptions = {}): LiveRun {
  const { signal, onStage } = options;
  const control = new RunControl(signal, (stage) => { tell(onStage, stage); });
  const history = new RunHistory();
  let folder: string | null = null;
  const onPrepared = ({ folder: made, metrics }: PreparedRun): void => {
    folder = made.folder;
    history.open({ file: metricsFile(made.folder), earlier: metrics.earlier.length });
  };
  const played = Promise.resolve().then(() => trainOnce(settings, options, { control, history, onPrepared }));
  const done = played.finally(() => { control.over(); }).then(
    (trained) => {
      history.end();
      return trained;
    },
    (error: unknown) => {
      history.end(error);
      throw error;
    },
  );
  return liveRun({ control, history, done, folder: () => folder });
}

interface Playing {
  readonly control: RunControl;
  readonly history: RunHistory;
  readonly onPrepared: (run: PreparedRun) => void;
}

async function trainOnce(settings: Settings, options: TrainOptions, { control, history, onPrepared }: Playing): Promise<TrainedRun> {
  expectGoingOn(control.signal);
  const surroundings = await surroundingsOf(options);
  const request = await withOwnCode(trainRequest(settings, options, surroundings));
  const { environment } = surroundings;
  const machine = machineOfPlacing(surroundings.machine, request.placing);
  const compiled = request.resume === null ? newRunConfig(request, machineOf(machine)) : null;
  if (compiled !== null && newTrials(request, compiled) !== null) throw isSeveral();
  const run = await prepareRun(request, { machine, compiled, reporter: listeningReporter(options), signal: control.signal });
  onPrepared(run);
  return withOpenRun(run, async () => {
    control.signal.addEventListener('abort', () => { run.log.info({ error: interruptionOf(control.signal) }, 'the run is asked to end'); });
    control.startingBegins();
    const { outcome, summary, evaluation, measuringFailure } = await playRun(run, {
      environment, interruption: control, takeCheckpointRequest: () => control.takeCheckpointRequest(),
      onRecorded: (line) => { history.push(line); },
    });
    const { config, totalRounds } = run.description;
    return {
      folder: run.folder.folder, ending: outcome.ending, rounds: outcome.state.rounds, totalRounds, config, summary,
      measures: evaluation, failure: outcome.divergence ?? measuringFailure,
      traceFile: await run.folder.writeTrace(run.trace?.toJson() ?? null),
    };
  });
}

function isSeveral(): LetheError {
  return problemsError([{
    where: 'training', expected: 'sources, adaptation or target for one run (trainSeveral plays one of each kind)', found: 'each',
  }]);
}

/** What these options ask for. @throws LetheError CONFIG_INVALID */
export function trainRequest(
  settings: Settings, options: Omit<TrainOptions, 'onStage'>, { folder, runsFolder, logLevel }: Surroundings,
): TrainRequest {
  const { configFile, nameOf, name = null, resume = null, breakLock = false, trace = false, measuringWorkers = null } = options;
  if (options.workers !== undefined && settings.workers !== undefined)
    throw problemsError([{ where: 'workers', expected: 'it once, as a setting or as an option', found: `${options.workers} too` }]);
  const placing = placingOf(options);
  // A command line says it in the parts of the configuration.
  const inPart = settings.cluster?.workers;
  const said = settings.workers ?? inPart ?? options.workers;
  const workers = placing === null ? said : workersElsewhere(placing, said);
  const asked = { ...settings, ...(workers === undefined || inPart !== undefined ? {} : { workers }) };
  if (resume !== null && name !== null)
    throw problemsError([{ where: 'name', expected: 'no name together with resume, which keeps the one of the run', found: name }]);
  return {
    folder, runsFolder, logLevel, resume, breakLock, trace, measuringWorkers, placing, runName: name, seeds: null,
    flags: settingsLayer(asked, { folder, nameOf }),
    configFile: configFile === undefined ? null : resolve(folder, configFile),
  };
}

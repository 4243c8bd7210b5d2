import { randomUUID } from 'node:crypto';
import { relative } from 'node:path';
import { findCheckpoint, newestCheckpoint } from '@lethe/checkpoint';
import {
  fitToData, problemsError, processProblems, savedConfigJson,
  type CheckedConfig, type CompiledConfig, type FittedConfig, type LogLevel, type RunConfig,
} from '@lethe/config';
import type { DataSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { checkProbes, gridRows } from '@lethe/evaluation';
import { shownExamples } from '@lethe/report';
import { RunFolder, type MetricsLog, type TensorBoardWriter } from '@lethe/run-folder';
import type { Reporter } from '@lethe/telemetry';
import { LoggedReporter, type OpenLog } from '@lethe/telemetry/log';
import { planDevices, type Gpu } from '@lethe/tensorflow';
import { describeRun, type RunDescription } from '@lethe/graphs';
import type { TrainRequest } from '../requests.js';
import { usedExamples } from '../evaluation/measured-run.js';
import { findRunFolder } from './find-run-folder.js';
import { newRunConfig, resumedRunConfig } from '../run-config.js';
import { ownVersion } from '../own-version.js';
import { machineOf, type ThisMachine } from '../this-machine.js';
import { expectGoingOn } from './expect-going-on.js';
import { closingAfter } from '../local-cluster/closing-after.js';
import { readTrainedWeights } from '../initial-weights/read-weights.js';
import { startFrom } from '../initial-weights/start-from.js';
import { initialGroups } from './initial-state.js';
import { loggingFailure, logStart, openRunLog } from './run-log.js';
import { RoundTrace } from '../record/round-trace.js';
import { keepRunData } from './run-data-file.js';
import { openNewRunData, type DataOpening } from './run-data.js';
import { openSavedRun, type SavedRun, type SavedRunOptions } from './saved-run.js';
import type { RunState } from '../record/run-record.js';

/** A run that has been checked through and can start. */
export interface PreparedRun {
  readonly runId: string;
  readonly description: RunDescription;
  readonly data: DataSource;
  readonly gridRows: number;
  readonly cores: number;
  readonly devices: readonly (Gpu | null)[];
  readonly folder: RunFolder;
  readonly metrics: MetricsLog;
  readonly tensorBoard: TensorBoardWriter;
  readonly reporter: LoggedReporter;
  readonly log: OpenLog;
  readonly logLevel: LogLevel;
  /** Null unless it is wanted. */
  readonly trace: RoundTrace | null;
  readonly measuringWorkers: TrainRequest['measuringWorkers'];
  readonly placing: TrainRequest['placing'];
  /** Where the user typed. */
  readonly userFolder: string;
  /** State to begin with. */
  readonly start: RunState;
  /** Fingerprints of what has computed it so far; none if that is not known, null if nothing has. */
  readonly engines: readonly string[] | null;
  /** Has config.json say how long the run is now, and where its data lie. To be called when nothing can refuse it any more. */
  readonly remember: () => Promise<void>;
}

/** What a run is prepared with, besides the request. */
export interface PrepareRunOptions {
  readonly machine: ThisMachine;
  /** The configuration of a new run, if it has been compiled already. */
  readonly compiled: CompiledConfig | null;
  readonly reporter: Reporter;
  /** Ends the preparation. */
  readonly signal: AbortSignal;
}

/** Checks everything that was asked for before anything starts or is written; then opens the run's folder. */
export async function prepareRun(
  request: TrainRequest, { machine, compiled, reporter: shown, signal }: PrepareRunOptions,
): Promise<PreparedRun> {
  const reporter = new LoggedReporter(shown);
  const notice = (line: string): void => { reporter.notice(line); };
  const opening: DataOpening = {
    cacheFolder: machine.cacheFolder,
    signal,
    onNotice: notice,
    onBegin: () => { reporter.stage('reading the data'); },
    onProgress: (done, total) => { reporter.reading(done, total); },
  };
  const onBroken = request.breakLock ? (warning: string): void => { notice(`warning: ${warning}`); } : null;
  const resumed = request.resume === null ? null : await RunFolder.open(findRunFolder(request.resume, request), { onBroken });
  let opened: RunFolder | null = resumed;
  try {
    const run = resumed === null
      ? await beginRun(request, compiled ?? newRunConfig(request, machineOf(machine)), opening)
      : await resumeRun(request, { folder: resumed, cores: machine.cores, notice, opening });
    expectGoingOn(signal);
    const { description, data, start, engines, remember } = run;
    const { config } = description;
    const { cores } = machine;
    const devices = devicesOf(description, machine);
    for (const line of linesOf(run, machine)) notice(line);
    const { runsFolder, runName: name } = request;
    const folder = resumed ?? (await RunFolder.create({ runsFolder, name, configJson: savedConfigJson(config), code: description.code }));
    opened = folder;
    await keepRunData(folder, data);
    notice(`writing into ${relative(request.folder, folder.folder) || '.'}`);
    const log = openRunLog(folder, request, notice);
    logStart(log, { description, machine, rounds: start.rounds });
    reporter.keep(log);
    return {
      runId: `${folder.name}/${randomUUID()}`, description, data, cores, devices, folder, reporter, start, engines,
      log, logLevel: request.logLevel,
      remember: () => remember(notice),
      gridRows: gridRows(description, data).length,
      trace: request.trace ? new RoundTrace(description) : null,
      measuringWorkers: request.measuringWorkers,
      placing: request.placing,
      userFolder: request.folder,
      metrics: await folder.openMetrics(start.rounds),
      tensorBoard: await folder.openTensorBoard(start.rounds),
    };
  } catch (error) {
    await opened?.close();
    throw error;
  }
}

/**
 * Plays a run, and closes it however that ended; others can have its folder then, whatever could not be written.
 * @throws whatever went wrong first; what goes wrong in closing besides is a warning
 */
export function withOpenRun<Result>(run: OpenRun, play: () => Promise<Result>): Promise<Result> {
  const { log, reporter } = run;
  const toTheEnd = (): Promise<Result> => closingAfter(play, () => close(run), (line) => { reporter.notice(line); });
  return loggingFailure(log, toTheEnd).finally(() => { log.close(); });
}

/** What of a run has to be closed. */
type OpenRun = Pick<PreparedRun, 'folder' | 'metrics' | 'tensorBoard' | 'log'> & { readonly reporter: Reporter };

async function close({ folder, metrics, tensorBoard, reporter }: OpenRun): Promise<void> {
  reporter.close();
  const written = await Promise.allSettled([metrics.close(), tensorBoard.close()]);
  await folder.close();
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Checks everything of a new run that `prepareRun` checks, and says what it says; nothing is started or written.
 * @throws LetheError as `prepareRun` does
 */
export async function checkNewRun(
  request: TrainRequest, { machine, compiled, opening }: { machine: ThisMachine; compiled: CompiledConfig; opening: DataOpening },
): Promise<Pick<PreparedRun, 'description' | 'data' | 'start'>> {
  const run = await beginRun(request, compiled, opening);
  devicesOf(run.description, machine);
  for (const line of linesOf(run, machine)) opening.onNotice?.(line);
  return run;
}

/** The devices of a run's workers on this machine. @throws LetheError CONFIG_INVALID, DEVICE_PLAN_INVALID, ENGINE_MISSING */
function devicesOf({ config, facts }: RunDescription, { gpus, whyNotNative }: ThisMachine): PreparedRun['devices'] {
  if (config.evaluation && config.data.domains === null) checkProbes(config.probes, facts.classes.length);
  if (config.cluster.engine === 'native' && config.cluster.workers > 0 && whyNotNative !== null) throw whyNotNative;
  return planDevices({
    gpus: config.cluster.engine === 'native' ? gpus : [],
    workers: config.cluster.workers,
    allowSharing: config.cluster.shareGpus,
  });
}

/** What is said of a run before it starts. */
function linesOf({ description, data, notices, warnings }: RunToPlay, machine: ThisMachine): string[] {
  const warned = [...warnings, ...engineWarnings(description.config, machine)];
  return [...notices, shownExamples(usedExamples({ description, data })), ...warned.map((warning) => `warning: ${warning}`)];
}

/** What a run is made of, and where it begins. */
type RunToPlay = Pick<PreparedRun, 'start' | 'engines'> & SavedRun & Pick<FittedConfig, 'notices'>;

async function beginRun(request: TrainRequest, compiled: CompiledConfig, opening: DataOpening): Promise<RunToPlay> {
  await RunFolder.expectRoom({ runsFolder: request.runsFolder, name: request.runName });
  const data = await openNewRunData(compiled.config, opening);
  const { config, notices } = fitToData(compiled, data.facts);
  const description = describeRun(config, data.facts);
  const { start, lines } = await newRun(description, opening);
  return {
    description, data, warnings: compiled.warnings, notices: [...notices, ...lines], engines: null, start,
    remember: () => Promise.resolve(),
  };
}

interface ResumeOptions {
  readonly folder: RunFolder;
  readonly cores: number;
  readonly notice: (line: string) => void;
  readonly opening: DataOpening;
}

async function resumeRun(request: TrainRequest, { folder, cores, notice, opening }: ResumeOptions): Promise<RunToPlay> {
  // Killed before its first checkpoint: it begins again.
  const isNew = (await newestCheckpoint(folder.checkpoints)) === null;
  const checkpoint = isNew ? null : await findCheckpoint(folder.checkpoints, 'latest', (message) => { notice(`passed over: ${message}`); });
  const override: SavedRunOptions['override'] = (config) => fitting(resumedRunConfig(request, config), cores);
  const saved = await openSavedRun(folder, checkpoint, { override, opening });
  const { description } = saved;
  if (checkpoint === null) {
    const { start, lines } = await newRun(description, opening);
    return { ...saved, notices: lines, engines: null, start };
  }
  const { rounds, steps, codeVersion, engines } = checkpoint;
  if (codeVersion !== ownVersion())
    notice(`warning: ${folder.name} was trained by version ${codeVersion} of Lethe; this is ${ownVersion()}, and may compute other bits`);
  // Killed between its last checkpoint and its summary, it still has to be summed up.
  if (rounds >= description.totalRounds && (await folder.summarisedRounds()) >= rounds) throw isComplete(folder.name, description);
  return { ...saved, notices: [], engines, start: { rounds, steps, groups: checkpoint.groups(description) } };
}

function isComplete(name: string, { config, trainingCount, totalRounds }: RunDescription): LetheError {
  const epochs = Math.ceil(((totalRounds + 1) * config.batchSize) / trainingCount);
  return new LetheError(
    'CONFIG_INVALID',
    `${name} is complete: all of its ${totalRounds} rounds are played; a greater length lets it go on, ` +
    `such as --epochs ${epochs} or --rounds ${totalRounds + 1}`,
  );
}

/** The run may have been begun on a larger machine. @throws LetheError CONFIG_INVALID */
function fitting(compiled: CheckedConfig, cores: number): CheckedConfig {
  const problems = processProblems(compiled.config.cluster, cores, (path) => path.replace('cluster.', '--'));
  if (problems.length > 0) throw problemsError(problems);
  return compiled;
}

/** Where a run begins, with what is to be said of the weights that it starts from. */
async function newRun(
  description: RunDescription, { onNotice = () => undefined }: DataOpening,
): Promise<{ readonly start: RunState; readonly lines: readonly string[] }> {
  const drawn = initialGroups(description);
  const { initialWeights } = description.config;
  const { groups, lines } = initialWeights === null
    ? { groups: drawn, lines: [] }
    : startFrom(drawn, description.layouts, await readTrainedWeights(initialWeights, onNotice));
  return { start: { rounds: 0, steps: 0, groups }, lines };
}

function engineWarnings({ cluster }: RunConfig, { whyNoGpus, whyNotNative }: ThisMachine): string[] {
  if (cluster.engine === 'wasm') {
    const reason = whyNotNative === null ? '' : `. ${whyNotNative.message}`;
    return [`native TensorFlow is not used: computing on WebAssembly, several times slower${reason}`];
  }
  return whyNoGpus === null ? [] : [`${whyNoGpus}; computing on the cpu`];
}

import { join, relative } from 'node:path';
import type { TrainingCluster } from '@lethe/cluster';
import { cacheFolder, isMeasurable, measuringWorkers } from '@lethe/config';
import type { RunEvaluation } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import type { ControlPlane } from '@lethe/membership';
import type { MetricsLine } from '@lethe/run-folder';
import { closingAfter } from '../local-cluster/closing-after.js';
import { openCluster, type OpenCluster } from '../local-cluster/open-cluster.js';
import type { PlacedWorkers } from '../local-cluster/process-keeper.js';
import { divergedStep } from './divergence.js';
import { EngineHistory } from './engine-history.js';
import { MeasureCache } from '../evaluation/measure-cache.js';
import type { MeasureOptions } from '../evaluation/measured-run.js';
import { evaluateRun } from '../evaluation/evaluate-run.js';
import { outlastServers } from './outlast-servers.js';
import type { PreparedRun } from './prepare-run.js';
import { epochFigures } from '../record/metrics.js';
import { RunRecorder } from '../record/run-recorder.js';
import { summarise, type RunSummary } from './summary.js';
import { trainingRun, type RunOutcome } from './training-run.js';

/** Probes of three seeds show how much chance there is in a figure. */
const PROBE_SEEDS = [1, 2, 3];

/** What can end a run at once. */
export interface Interruptible {
  readonly control: Pick<ControlPlane, 'fail'>;
  /** Ends all local processes at once. */
  readonly kill: () => void;
}

/** Who may interrupt a run. It learns how far the run is, since that decides what an end now would lose. */
export interface RunInterruption {
  /** Asks the run to stop after the round under way. */
  readonly signal: AbortSignal;
  /** There are processes now. */
  started(running: Interruptible): void;
  /** From now on there is something to save. */
  trainingBegins(): void;
  /** From now on all is saved, and only what is measured can be lost. */
  measuringBegins(): void;
  /** From now on everything ends anyway. */
  closingBegins(): void;
}

/** What a run has of the process that plays it. */
export interface RunSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether somebody has asked for a checkpoint since the last call. */
  readonly takeCheckpointRequest: () => boolean;
  readonly interruption: RunInterruption;
  /** Hears each line of the run's metrics, as it is recorded. */
  readonly onRecorded: (line: MetricsLine) => void;
}

/** What a run came to. */
export interface PlayedRun extends Measured {
  readonly outcome: RunOutcome;
  readonly summary: RunSummary;
}

interface Measured {
  /** What the game came to; null if it was not measured. */
  readonly evaluation: RunEvaluation | null;
  /** Why it was not, although it was to be; else null. */
  readonly measuringFailure: Error | null;
}

/** Plays a run on a cluster of its own and sums it up, then measures what the game is played for, which no summary waits for. */
export async function playRun(run: PreparedRun, surroundings: RunSurroundings): Promise<PlayedRun> {
  const { placing, reporter, folder } = run;
  if (placing === null) return playOn(null, run, surroundings);
  const { scheduler, resources } = placing;
  const notice = (line: string): void => { reporter.notice(line); };
  reporter.stage(`asking ${scheduler.name} for places`);
  const placement = await scheduler.open({
    resources, processes: run.description.config.cluster.workers, environment: surroundings.environment,
    privateFolder: join(folder.folder, 'placed'), sharedFolders: [], signal: surroundings.interruption.signal, onNotice: notice,
  });
  notice(`workers run on ${placement.name}`);
  return closingAfter(() => playOn({ placement, resources }, run, surroundings), () => placement.close(), notice);
}

async function playOn(workersOn: PlacedWorkers, run: PreparedRun, surroundings: RunSurroundings): Promise<PlayedRun> {
  const startedMs = performance.now();
  const { interruption } = surroundings;
  const recorder = new RunRecorder({ ...run, onRecorded: surroundings.onRecorded });
  const open = await openRunCluster(run, recorder, { ...surroundings, workersOn });
  const { cluster } = open;
  interruption.started({ control: cluster.control, kill: () => { open.kill(); } });
  let reason = 'the run failed';
  const { sumUp, ...played } = await closingAfter(
    async () => {
      const outcome = await train(run, open, recorder, surroundings);
      reason = `the run is ${outcome.ending}`;
      run.log.info({ rounds: outcome.state.rounds, ...(outcome.divergence === null ? {} : { error: outcome.divergence }) }, reason);
      const residentBytes = mostResident(cluster);
      const { sentAgain } = cluster.control;
      const sumUp = (): RunSummary =>
        summarise({ run, recorder, outcome, residentBytes, sentAgain, wallSeconds: (performance.now() - startedMs) / 1000 });
      await run.folder.writeSummary(sumUp());
      const onGrid = (file: string): void => { recorder.gridFile = file; };
      return { sumUp, outcome, ...(await measure(run, { ...open, onGrid }, outcome, surroundings)) };
    },
    () => {
      interruption.closingBegins();
      return open.close(reason);
    },
    (line) => {
      run.reporter.notice(line);
    },
  );
  const summary = sumUp();
  await run.folder.writeSummary(summary);
  return { ...played, summary };
}

interface ClusterSurroundings extends Pick<RunSurroundings, 'environment'> { readonly workersOn: PlacedWorkers }

async function openRunCluster(
  run: PreparedRun, recorder: RunRecorder, { environment, workersOn }: ClusterSurroundings,
): Promise<OpenCluster> {
  const { description, reporter, folder, devices, cores, trace, log, logLevel } = run;
  reporter.stage(startingStage(description.config.cluster));
  const open = await openCluster({
    description, environment, devices, cores, workersOn, log, logLevel,
    runId: run.runId, logsFolder: folder.logs, tokenFile: folder.joinToken,
    onCommitted: (committed) => {
      const diverged = divergedStep(description.objective, committed);
      if (diverged !== null) {
        open.cluster.control.fail(diverged);
        return;
      }
      recorder.committed(committed);
      trace?.committed(committed);
    },
    onCommitReport: (server, report) => { trace?.commitReported(server, report); },
    onStepReport: (worker, report) => {
      recorder.stepReported(report);
      trace?.stepReported(worker, report);
    },
    onNotice: (line, about) => { reporter.notice(line, about); },
  });
  return open;
}

function startingStage({ workers, servers }: RunDescription['config']['cluster']): string {
  const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;
  return `starting ${counted(servers, 'parameter server')} and ${counted(workers, 'worker')}, loading TensorFlow`;
}

/** Loads the state and waits for the workers, and says what is waited for. */
async function assemble({ description, reporter, start }: PreparedRun, cluster: TrainingCluster): Promise<void> {
  const { control } = cluster;
  const { workers, awaitWorkers } = description.config.cluster;
  let isOver = false;
  control.until(() => isOver || control.roster.present('worker').length >= Math.max(1, workers)).then(
    () => { if (!isOver) reporter.stage('workers read their data and build the networks'); },
    () => undefined, // What went wrong is thrown where the run waits for its workers.
  );
  try {
    await outlastServers(cluster, () => start.groups, () => cluster.assemble(start.groups, awaitWorkers));
  } finally {
    isOver = true;
  }
  if (start.rounds < description.totalRounds) reporter.stage('playing the first round, which compiles the networks');
}

async function train(
  run: PreparedRun,
  { cluster, joinLines }: OpenCluster,
  recorder: RunRecorder,
  { interruption, takeCheckpointRequest }: RunSurroundings,
): Promise<RunOutcome> {
  const { description, reporter, gridRows, data, start, metrics } = run;
  for (const line of joinLines) reporter.notice(line);
  await assemble(run, cluster);
  knowEngines(run, recorder, cluster);
  await run.remember();
  interruption.trainingBegins();
  recorder.resumeClock();
  return trainingRun({
    description, cluster, gridRows, data, start, record: recorder, signal: interruption.signal,
    earlierFigures: metrics.earlier.filter(({ kind }) => kind === 'epoch').map(epochFigures),
    judgedRounds: metrics.earlier.findLast(({ kind }) => kind === 'epoch')?.round ?? 0,
    takeCheckpointRequest,
  });
}

/** Has the run remember what computes it, and says so if that is another engine than before. @throws LetheError FINGERPRINT_MISMATCH */
function knowEngines(
  { folder, engines, reporter, description }: PreparedRun,
  recorder: RunRecorder,
  { control: { roster } }: TrainingCluster,
): void {
  const history = new EngineHistory({ name: folder.name, earlier: engines, strictBits: description.config.cluster.strictBits });
  const warning = history.warning(roster.fingerprints('worker'));
  if (warning !== null) reporter.notice(`warning: ${warning}`);
  recorder.engines = () => history.with(roster.fingerprints('worker'));
}

function mostResident({ control }: TrainingCluster): Record<string, number> {
  const most: Record<string, number> = {};
  for (const { role, residentBytes } of control.roster.present()) most[role] = Math.max(most[role] ?? 0, residentBytes);
  return most;
}

/** Measures what the game is played for, on the cluster that has just trained; its figures are not those of training. */
async function measure(
  run: PreparedRun,
  { cluster, growTo, onGrid }: Pick<OpenCluster, 'cluster' | 'growTo'> & Required<Pick<MeasureOptions, 'onGrid'>>,
  outcome: RunOutcome,
  { environment, interruption }: RunSurroundings,
): Promise<Measured> {
  const { description, data, folder, reporter, userFolder } = run;
  if (!description.config.evaluation || outcome.ending === 'interrupted' || outcome.ending === 'diverged')
    return { evaluation: null, measuringFailure: null };
  if (!isMeasurable(description.config)) {
    reporter.notice('nothing is kept or forgotten by name (--keep, --forget): nothing is measured at the end');
    return { evaluation: null, measuringFailure: null };
  }
  const repeating = `\`npx lethe evaluate ${relative(userFolder, folder.folder) || '.'}\` measures it`;
  interruption.measuringBegins();
  const notice = (line: string): void => { reporter.notice(line); };
  const measured = { cluster, description, data, rounds: outcome.state.rounds };
  try {
    const { cluster: settings, data: { domains } } = description.config;
    const gpus = run.devices.filter((device) => device !== null).length;
    // Where others may join from elsewhere, they can. Where no probes are trained, measuring ends before a further worker has started.
    const able = measuringWorkers({ cores: run.cores, gpus }, settings);
    if (settings.listen === null && run.placing === null && domains === null) growTo(Math.min(able, run.measuringWorkers ?? able));
    const measuring = (): Promise<RunEvaluation> =>
      evaluateRun(measured, {
        folder, onGrid, onNotice: notice, probes: description.config.probes, seeds: PROBE_SEEDS,
        cache: new MeasureCache(cacheFolder(environment), notice), onProgress: (progress) => { reporter.measuring(progress); },
      });
    return { evaluation: await outlastServers(cluster, () => outcome.state.groups, measuring), measuringFailure: null };
  } catch (error) {
    if (!interruption.signal.aborted) notice(`the run is complete and saved, but not measured; ${repeating}`);
    return { evaluation: null, measuringFailure: error instanceof Error ? error : new Error(String(error)) };
  }
}

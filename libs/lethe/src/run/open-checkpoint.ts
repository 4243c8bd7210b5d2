import { findCheckpoint } from '@lethe/checkpoint';
import { measuringWorkers, problemsError, processProblems } from '@lethe/config';
import type { DataSource } from '@lethe/data';
import { newIncarnation } from '@lethe/protocol';
import { expectWritableFolder, RunFolder } from '@lethe/run-folder';
import { LoggedNotices, type LogFields } from '@lethe/telemetry/log';
import { planDevices } from '@lethe/tensorflow';
import type { TrainingCluster } from '@lethe/cluster';
import type { RunDescription } from '@lethe/graphs';
import { closingAfter } from '../local-cluster/closing-after.js';
import { openCluster } from '../local-cluster/open-cluster.js';
import type { CheckpointRequest } from '../requests.js';
import { findRunFolder } from './find-run-folder.js';
import { resumedRunConfig } from '../run-config.js';
import { ownVersion } from '../own-version.js';
import type { Environment } from '../process-environment.js';
import type { ThisMachine } from '../this-machine.js';
import { expectGoingOn, interruptionOf } from './expect-going-on.js';
import { outlastServers } from './outlast-servers.js';
import { keepRunData } from './run-data-file.js';
import { loggingFailure, openRunLog } from './run-log.js';
import { openSavedRun } from './saved-run.js';

/** A checkpoint's networks, ready to be evaluated. */
export interface CheckpointCluster {
  readonly cluster: TrainingCluster;
  readonly description: RunDescription;
  readonly data: DataSource;
  readonly run: RunFolder;
  /** Rounds played when the checkpoint was made. */
  readonly rounds: number;
  /** Shows something to whoever watches, and logs it. */
  readonly notice: (line: string) => void;
}

/** What the cluster of a checkpoint is opened with. */
export interface CheckpointClusterOptions {
  readonly environment: Environment;
  readonly machine: ThisMachine;
  /** Ends it at once; undefined: nothing does. */
  readonly signal: AbortSignal | undefined;
  /** Null: as many as measure a run of this machine. */
  readonly workers: number | null;
  /** More of them than this machine has cores for, if they are that many. */
  readonly oversubscribe: boolean;
  /** Something that whoever watches should know. */
  readonly notice: (line: string) => void;
}

/**
 * Opens a checkpoint on a small cluster of its own, a server and some workers, for as long as `use` takes. It computes on what a run
 * would: the figures are those that the run has at its end.
 */
export async function withCheckpoint<Result>(
  request: CheckpointRequest,
  { environment, machine, signal, workers: wanted, oversubscribe, notice: show }: CheckpointClusterOptions,
  use: (opened: CheckpointCluster) => Promise<Result>,
): Promise<Result> {
  const notices = new LoggedNotices(show);
  const notice = (line: string, about?: LogFields): void => { notices.notice(line, about); };
  const { cores, gpus, cacheFolder } = machine;
  const problems = processProblems({ workers: wanted ?? 1, servers: 1, oversubscribe }, cores, () => '--workers');
  if (problems.length > 0) throw problemsError(problems);
  const run = RunFolder.at(findRunFolder(request.run, request));
  await expectWritableFolder(request.run, run.folder);
  const checkpoint = await findCheckpoint(run.checkpoints, request.checkpoint, (message) => { notice(`passed over: ${message}`); });
  const { data, description, remember } = await openSavedRun(run, checkpoint, {
    override: (saved) => {
      const { config, warnings } = resumedRunConfig(request, saved);
      const { cluster: { engine, threads }, data: { domains } } = config;
      const able = { cores, gpus: engine === 'native' ? gpus.length : 0 };
      const workers = wanted ?? (domains === null ? measuringWorkers(able, { workers: 0, threads }) : 1);
      const cluster = { ...config.cluster, workers, servers: 1, awaitWorkers: workers, listen: null, advertise: null };
      return { config: { ...config, cluster }, warnings };
    },
    opening: { cacheFolder, signal, onNotice: notice },
  });
  expectGoingOn(signal);
  const { engine, shareGpus, workers } = description.config.cluster;
  const devices = planDevices({ gpus: engine === 'native' ? gpus : [], workers, allowSharing: shareGpus });
  await remember(notice);
  await keepRunData(run, data);
  const groups = checkpoint.groups(description);
  const { logLevel } = request;
  const log = openRunLog(run, request, notice);
  log.info({ rounds: checkpoint.rounds, version: ownVersion(), node: process.version }, 'a checkpoint is opened');
  notices.keep(log);
  const onCluster = async (): Promise<Result> => {
    const open = await openCluster({
      description, environment, cores, devices, workersOn: null, runId: `${run.name}/${newIncarnation()}`,
      logsFolder: run.logs, tokenFile: run.joinToken, log, logLevel,
      onCommitted: () => undefined, onCommitReport: () => undefined, onStepReport: () => undefined, onNotice: notice,
    });
    const onAbort = (): void => {
      open.cluster.control.fail(interruptionOf(signal));
      open.kill();
    };
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort);
    const using = (): Promise<Result> => outlastServers(open.cluster, () => groups, async () => {
      await open.cluster.assemble(groups, workers);
      return use({ cluster: open.cluster, description, data, run, rounds: checkpoint.rounds, notice });
    });
    return closingAfter(using, () => open.close('nothing is left to do'), notice).finally(() => {
      signal?.removeEventListener('abort', onAbort);
    });
  };
  return loggingFailure(log, onCluster).finally(() => { log.close(); });
}

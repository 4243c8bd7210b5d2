import { findCheckpoint, type WhichCheckpoint } from '@lethe/checkpoint';
import { compileSavedConfig } from '@lethe/config';
import { openData, type DataSource } from '@lethe/data';
import { newIncarnation } from '@lethe/protocol';
import { RunFolder } from '@lethe/run-folder';
import { describeRun, type RunDescription, type TrainingCluster } from '@lethe/training';
import { planDevices } from '@lethe/tensorflow';
import { openCluster } from '../cluster/open-cluster.js';
import { lookAtThisMachine } from '../this-machine.js';
import { outlastServers } from './outlast-servers.js';
import { findRunFolder } from '../command-line/find-run-folder.js';

/** Which checkpoint of which run, as it was typed. */
export interface CheckpointRequest {
  readonly run: string;
  readonly folder: string;
  readonly runsFolder: string;
  readonly checkpoint: WhichCheckpoint;
}

/** A checkpoint's networks, ready to be evaluated. */
export interface CheckpointCluster {
  readonly cluster: TrainingCluster;
  readonly description: RunDescription;
  readonly data: DataSource;
  readonly run: RunFolder;
  /** Rounds played when the checkpoint was made. */
  readonly rounds: number;
}

export interface ClusterWish {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workers: number;
}

/**
 * Opens a checkpoint on a small cluster of its own, a server and some workers, for as long as `use` takes. It computes on what a run
 * would: the figures are those that the run has at its end.
 */
export async function withCheckpoint<Result>(request: CheckpointRequest, { environment, workers }: ClusterWish, use: (opened: CheckpointCluster) => Promise<Result>): Promise<Result> {
  const run = RunFolder.at(findRunFolder(request.run, request));
  const saved = compileSavedConfig(await run.readConfig(), 'config.json').config;
  const config = { ...saved, cluster: { ...saved.cluster, workers, servers: 1, awaitWorkers: workers, listen: null } };
  const { cores, gpus } = await lookAtThisMachine(environment);
  const devices = planDevices({ gpus: config.cluster.engine === 'native' ? gpus : [], workers, allowSharing: config.cluster.shareGpus });
  const data = await openData(config.data, config.seed);
  const description = describeRun(config, data.facts);
  const { rounds, groups } = await findCheckpoint(run.checkpoints, request.checkpoint, description, (message) => process.stderr.write(`passed over: ${message}\n`));
  const open = await openCluster({
    description, environment, cores, devices, runId: newIncarnation(), logsFolder: run.logs,
    onCommitted: () => undefined, onCommitReport: () => undefined, onStepReport: () => undefined, onNotice: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    return await outlastServers(open.cluster, () => groups, async () => {
      await open.cluster.assemble(groups, workers);
      return use({ cluster: open.cluster, description, data, run, rounds });
    });
  } finally {
    await open.close('nothing is left to do');
  }
}

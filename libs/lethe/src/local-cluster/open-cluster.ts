import { tmpdir } from 'node:os';
import { LetheError } from '@lethe/errors';
import type { RunConfig } from '@lethe/config';
import { gridColumns, judgeLength, swapColumns } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import { listenerTrust, startKeys, type ProcessStart } from '@lethe/programs';
import { frameOf, largestFrame, newIncarnation, type Committed, type Origin } from '@lethe/protocol';
import { TrainingCluster, type TrainingClusterOptions } from '@lethe/cluster';
import type { Log, LogPosition } from '@lethe/telemetry/log';
import {
  createRunKeys, createZeroMqTransport, loggedTransport, nearAddress, outsideAddresses, type Listener, type RunKeys,
} from '@lethe/transport';
import { joinLines, JoinTokenFile } from './joining.js';
import { LocalAddresses } from './local-addresses.js';
import { ProcessKeeper, type ProcessKeeperOptions } from './process-keeper.js';
import { FarthestVersions } from './restart-policy.js';

/** Most examples that one evaluation answers for: those of the map of latents, or a part of those that are shown along a direction. */
export const EXAMPLES_AT_ONCE = 2000;

/** What a cluster is started with. */
export interface ClusterOptions
  extends
    Pick<TrainingClusterOptions, 'description' | 'onCommitted' | 'onCommitReport' | 'onStepReport' | 'onNotice'>,
    Pick<ProcessKeeperOptions, 'logsFolder' | 'logLevel' | 'environment' | 'cores' | 'devices' | 'workersOn'> {
  readonly log: Log;
  readonly runId: string;
  /** Where the token of those who join is kept, if the run listens for them. */
  readonly tokenFile: string;
}

/** A cluster whose processes have been started. */
export interface OpenCluster {
  readonly cluster: TrainingCluster;
  /** How workers elsewhere join; empty if only this machine takes part. */
  readonly joinLines: readonly string[];
  /** Starts further workers on this machine, on its processors, until it has had as many as this. */
  growTo(workers: number): void;
  close(reason: string): Promise<void>;
  /** Ends every local process at once. */
  kill(): void;
}

/**
 * Opens the control socket and starts the servers and workers of this machine.
 *
 * @throws LetheError ADDRESS_INVALID, or whatever keeps a server or all workers from being started; nothing is left open or running then.
 */
export async function openCluster(options: ClusterOptions): Promise<OpenCluster> {
  const { description: { config: { cluster: settings }, code } } = options;
  const addresses = new LocalAddresses(tmpdir());
  const { listener, keys, token, trust } = await listenForMembers(options, addresses);
  const origin: Origin = { runId: options.runId, epoch: 1, sender: 'coordinator', incarnation: newIncarnation() };
  const farthest = new FarthestVersions();
  const step = locate(options, () => cluster.control.epoch);
  const cluster: TrainingCluster = new TrainingCluster({
    ...options, listener, origin,
    onCommitted: (committed) => {
      step.of(committed);
      keeper.committed(farthest.reached(committed));
      options.onCommitted(committed);
    },
    onStepReport: (worker, report) => {
      keeper.reported(worker);
      options.onStepReport(worker, report);
    },
    onLost: ({ incarnation }, error) => { keeper.end(incarnation, error); },
  });
  const keeper = new ProcessKeeper({
    ...options, control: cluster.control,
    onWorkerGivenUp: (error, left) => {
      if (settings.listen === null) cluster.expectAtMost(left);
      if (left > 0) options.onNotice(`warning: ${error.message}; the run goes on without it`, { error });
      else if (settings.listen !== null || cluster.control.roster.present('worker').length > 0)
        options.onNotice(`warning: ${error.message}`, { error });
      else cluster.abandonment.begin(error);
    },
    start: {
      ...trust, controlAddresses: addressesOf(listener, settings), runId: origin.runId, engine: settings.engine, threads: settings.threads,
    },
    dataAddressOf: (server, life) =>
      isReachedHere(options)
        ? addresses.of(`server-${server + 1}-${life}`)
        : dataAddress(settings.advertise === null ? listener.boundAddress : EVERYWHERE),
  });

  const open: OpenCluster = {
    cluster,
    joinLines: settings.listen === null ? [] : joinLines(listener, keys, { ...settings, tokenFile: options.tokenFile, code }),
    growTo: (workers) => { keeper.growTo(workers); },
    kill: () => { keeper.kill(); },
    close: (reason) => closeAll(reason, { cluster, keeper, addresses, token }),
  };
  try {
    keeper.start();
  } catch (error) {
    open.kill();
    await open.close('not all of its processes can be started');
    throw error;
  }
  return open;
}

/** Any port of every interface of this machine. */
const EVERYWHERE = 'tcp://*:0';

/** Whether no process of another machine has to reach those of this one. */
function isReachedHere({ description: { config: { cluster } }, workersOn }: ClusterOptions): boolean {
  return cluster.listen === null && workersOn === null;
}

/** Addresses at which placed processes try to reach the coordinator: those of its interfaces, and at last that of this machine alone. */
function addressesOf({ address, boundAddress }: Listener, { advertise }: RunConfig['cluster']): string[] {
  if (!boundAddress.startsWith('tcp:')) return [address];
  const port = /\d+$/.exec(boundAddress)?.[0] ?? '';
  const named = advertise === null ? [] : [`tcp://${advertise}:${port}`];
  return [...new Set([...named, ...outsideAddresses(boundAddress).map((outside) => outside.address), nearAddress(boundAddress)])];
}

/** Has each line of the log say how far the cluster is, by the step that was committed last. */
function locate({ log, description: { objective } }: ClusterOptions, epoch: () => number): { readonly of: (committed: Committed) => void } {
  const before = log.position();
  let step: LogPosition = {};
  log.position = () => ({ ...before, epoch: epoch(), ...step });
  return { of: ({ round, phase }) => { step = { round: round + 1, phase: objective.phases[phase]?.name ?? '' }; } };
}

/** The control socket, and what whoever connects to it must have. */
interface ControlSocket {
  readonly listener: Listener;
  readonly keys: RunKeys | null;
  readonly token: JoinTokenFile | null;
  readonly trust: Pick<ProcessStart, 'keys' | 'insecurePlaintext' | 'maxFrameBytes'>;
}

/** @throws LetheError ADDRESS_INVALID, STORAGE_FAILED; nothing is left open or written then */
async function listenForMembers(options: ClusterOptions, addresses: LocalAddresses): Promise<ControlSocket> {
  const { description, tokenFile, log } = options;
  const { listen, insecurePlaintext } = description.config.cluster;
  const isHere = isReachedHere(options);
  const keys = isHere || insecurePlaintext ? null : createRunKeys();
  const trust = { keys: keys === null ? null : startKeys(keys), insecurePlaintext, maxFrameBytes: largestFrameOf(description) };
  let token: JoinTokenFile | null = null;
  try {
    if (keys !== null && listen !== null) token = new JoinTokenFile(tokenFile, keys);
    const listener = await loggedTransport(createZeroMqTransport(), log).listen(
      listen ?? (isHere ? addresses.of('control') : EVERYWHERE), listenerTrust(trust),
    );
    return { listener, keys, token, trust };
  } catch (error) {
    token?.remove();
    addresses.remove();
    throw error;
  }
}

interface Opened {
  readonly cluster: TrainingCluster;
  readonly keeper: ProcessKeeper;
  readonly addresses: LocalAddresses;
  readonly token: JoinTokenFile | null;
}

async function closeAll(reason: string, { cluster, keeper, addresses, token }: Opened): Promise<void> {
  keeper.stopRestarting();
  try {
    await cluster.control.close(reason);
  } finally {
    await keeper.close();
    token?.remove();
    addresses.remove();
  }
}

/** The servers listen where the coordinator does, each on a port of its own; on every interface where a host is advertised. */
function dataAddress(controlAddress: string): string {
  const host = /^tcp:\/\/(.+):\d+$/.exec(controlAddress)?.[1];
  if (host === undefined)
    throw new LetheError('ADDRESS_INVALID', `--listen: expected an address like tcp://192.0.2.7:5555, found ${controlAddress}`);
  return `tcp://${host}:*`;
}

/** Bytes of the largest frame that the processes of a run have to send to each other; more is taken from nobody. */
export function largestFrameOf(description: RunDescription): number {
  const { layouts, summaries, facts, objective, config, code } = description;
  const { height, width, channels } = facts.shape;
  const classes = [facts.classes, ...facts.forgotten.map(({ categories }) => categories)]
    .reduce((most, { length }) => Math.max(most, length), 0);
  // Latents and features are as long as one side of the weights that they come out of, or go into.
  const features = layouts
    .flatMap(({ segments }) => segments.flatMap(({ shape }) => (shape.length === 2 ? shape : [])))
    .reduce((widest, size) => Math.max(widest, size), objective.encodedSize);
  const figures = Math.max(objective.figures.length, classes + features, swapColumns(classes));
  const columns = Math.max(classes, gridColumns(description)?.length ?? 0);
  const evaluation = Math.max(EXAMPLES_AT_ONCE * figures, columns * height * width * channels, judgeLength(facts, classes));
  const documents = [JSON.stringify(config), JSON.stringify(facts), ...code.map(({ text }) => text)]
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return Math.max(largestFrame({ layouts, summaries }), frameOf(evaluation * Float32Array.BYTES_PER_ELEMENT), frameOf(documents));
}

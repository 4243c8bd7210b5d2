import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LetheError } from '@lethe/errors';
import { interOpThreads } from '@lethe/config';
import { listenerTrust, startKeys, type ProcessStart } from '@lethe/membership';
import { newIncarnation, type Origin, type Role } from '@lethe/protocol';
import { engineEnvironment } from '@lethe/tensorflow';
import { TrainingCluster, type RunDescription, type TrainingClusterOptions } from '@lethe/training';
import { createRunKeys, createZeroMqTransport, encodeJoinKey, encodeJoinToken, isLocalAddress, type Listener, type RunKeys } from '@lethe/transport';
import { LocalAddresses } from './local-addresses.js';
import { LocalProcesses } from './local-processes.js';

export interface ClusterOptions extends Pick<TrainingClusterOptions, 'onCommitted' | 'onStepReport' | 'onNotice'> {
  readonly description: RunDescription;
  readonly runId: string;
  readonly logsFolder: string;
  /** What the started processes inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cores: number;
  /** The GPU of each local worker; null: the CPU. */
  readonly devices: readonly (number | null)[];
}

export interface OpenCluster {
  readonly cluster: TrainingCluster;
  /** Command line with which a worker elsewhere joins; null if only this machine takes part. */
  readonly joinCommand: string | null;
  close(reason: string): Promise<void>;
  /** Ends every local process at once. */
  kill(): void;
}

const WORKSPACE = new URL('../../../../', import.meta.url);

/** What runs as a local cluster's processes. */
const PROGRAMS = JSON.parse(readFileSync(new URL('infra/local-cluster.json', WORKSPACE), 'utf8')) as Record<'parameter-server' | 'worker', { entry: string }>;

/** Opens the control socket and starts the servers and workers of this machine. */
export async function openCluster(options: ClusterOptions): Promise<OpenCluster> {
  const { description: { config: { cluster: settings } } } = options;
  const addresses = new LocalAddresses(tmpdir());
  const keys = settings.listen === null || settings.insecurePlaintext || isLocalAddress(settings.listen) ? null : createRunKeys();
  const trust = { keys: keys === null ? null : startKeys(keys), insecurePlaintext: settings.insecurePlaintext };
  let listener: Listener;
  try {
    listener = await createZeroMqTransport().listen(settings.listen ?? addresses.of('control'), listenerTrust(trust));
  } catch (error) {
    addresses.remove();
    throw error;
  }
  const origin: Origin = { runId: options.runId, epoch: 1, sender: 'coordinator', incarnation: newIncarnation() };
  const cluster = new TrainingCluster({ ...options, listener, origin });
  const processes = new LocalProcesses((incarnation, how) => { cluster.control.processExited(incarnation, how); });
  const start = { type: 'start', controlAddress: listener.address, runId: origin.runId, epoch: origin.epoch, ...trust, engine: settings.engine, threads: settings.threads, interOpThreads: interOpThreads(options.cores, settings.workers) } as const;
  const reserve: Reserve = (role, index) => {
    const incarnation = newIncarnation();
    cluster.control.roster.reserve(incarnation, role, index);
    return incarnation;
  };
  startProcesses(options, processes, { start, reserve }, (server) => (settings.listen === null ? addresses.of(`server-${server + 1}`) : dataAddress(listener.address)));

  return {
    cluster,
    joinCommand: settings.listen === null ? null : joinCommand(listener.address, keys, settings),
    kill: () => { processes.kill(); },
    close: async (reason) => {
      try {
        await cluster.close(reason);
      } finally {
        await processes.end();
        addresses.remove();
      }
    },
  };
}

type CommonStart = Omit<ProcessStart, 'dataAddress' | 'incarnation'>;
/** A name for a new process that keeps its place among its role. */
type Reserve = (role: Role, index: number) => string;

function startProcesses(options: ClusterOptions, processes: LocalProcesses, { start, reserve }: { start: CommonStart; reserve: Reserve }, dataAddressOf: (server: number) => string): void {
  const { description: { config: { cluster: settings } }, logsFolder, environment, devices } = options;
  for (let server = 0; server < settings.servers; server += 1) {
    processes.start({
      entry: program('parameter-server'), logFile: `${logsFolder}/parameter-server-${server + 1}.log`, environment,
      folder: fileURLToPath(WORKSPACE), start: { ...start, dataAddress: dataAddressOf(server), incarnation: reserve('parameter-server', server) },
    });
  }
  for (let worker = 0; worker < settings.workers; worker += 1) {
    processes.start({
      entry: program('worker'), logFile: `${logsFolder}/worker-${worker + 1}.log`, folder: fileURLToPath(WORKSPACE),
      environment: { ...environment, ...engineEnvironment({ threads: settings.threads, interOpThreads: start.interOpThreads, gpuIndex: devices[worker] ?? null }) },
      start: { ...start, dataAddress: '', incarnation: reserve('worker', worker) },
    });
  }
}

function program(role: 'parameter-server' | 'worker'): string {
  return fileURLToPath(new URL(PROGRAMS[role].entry, WORKSPACE));
}

/** The servers listen on the coordinator's interface, each on a port of its own. */
function dataAddress(controlAddress: string): string {
  const host = /^tcp:\/\/(.+):\d+$/.exec(controlAddress)?.[1];
  if (host === undefined) throw new LetheError('ADDRESS_INVALID', `--listen: expected an address like tcp://192.0.2.7:5555, found ${controlAddress}`);
  return `tcp://${host}:*`;
}

function joinCommand(address: string, keys: RunKeys | null, { engine, threads }: { engine: string; threads: number }): string {
  const trust = keys === null ? '--insecure-plaintext' : `--key ${encodeJoinKey(keys.listener.publicKey)} --token ${encodeJoinToken(keys.member)}`;
  return `npx lethe worker --join ${address} ${trust} --engine ${engine} --threads ${threads}`;
}

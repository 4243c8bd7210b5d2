import { tmpdir } from 'node:os';
import { LetheError } from '@lethe/errors';
import { listenerTrust, startKeys } from '@lethe/programs';
import { newIncarnation, type Origin } from '@lethe/protocol';
import { TrainingCluster, type TrainingClusterOptions } from '@lethe/cluster';
import { createRunKeys, createZeroMqTransport, encodeJoinKey, outsideAddresses, type Listener, type RunKeys } from '@lethe/transport';
import { FarthestVersions } from './farthest-versions.js';
import { JoinTokenFile } from './join-token-file.js';
import { largestFrameOf } from './largest-frame.js';
import { LocalAddresses } from './local-addresses.js';
import { ProcessKeeper, type ProcessKeeperOptions } from './process-keeper.js';

export interface ClusterOptions extends Pick<TrainingClusterOptions, 'description' | 'onCommitted' | 'onCommitReport' | 'onStepReport' | 'onNotice'>, Pick<ProcessKeeperOptions, 'logsFolder' | 'environment' | 'cores' | 'devices'> {
  readonly runId: string;
  /** Where the token of those who join is kept, if the run listens for them. */
  readonly tokenFile: string;
}

export interface OpenCluster {
  readonly cluster: TrainingCluster;
  /** How workers elsewhere join; empty if only this machine takes part. */
  readonly joinLines: readonly string[];
  /** File with the token that it names; null: nobody needs one. */
  readonly tokenFile: string | null;
  close(reason: string): Promise<void>;
  /** Ends every local process at once. */
  kill(): void;
}

/**
 * Opens the control socket and starts the servers and workers of this machine.
 *
 * @throws LetheError ADDRESS_INVALID, or whatever keeps a process from being started; nothing is left open or running then.
 */
export async function openCluster(options: ClusterOptions): Promise<OpenCluster> {
  const { description: { config: { cluster: settings } } } = options;
  const addresses = new LocalAddresses(tmpdir());
  const keys = settings.listen === null || settings.insecurePlaintext ? null : createRunKeys();
  const trust = { keys: keys === null ? null : startKeys(keys), insecurePlaintext: settings.insecurePlaintext, maxFrameBytes: largestFrameOf(options.description) };
  let listener: Listener;
  let token: JoinTokenFile | null = null;
  try {
    if (keys !== null) token = new JoinTokenFile(options.tokenFile, keys);
    listener = await createZeroMqTransport().listen(settings.listen ?? addresses.of('control'), listenerTrust(trust));
  } catch (error) {
    token?.remove();
    addresses.remove();
    throw error;
  }
  const origin: Origin = { runId: options.runId, epoch: 1, sender: 'coordinator', incarnation: newIncarnation() };
  const farthest = new FarthestVersions();
  const cluster: TrainingCluster = new TrainingCluster({
    ...options, listener, origin,
    onCommitted: (committed) => {
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
      if (left > 0) options.onNotice(`warning: ${error.message}; the run goes on without it`);
      else if (settings.listen !== null || cluster.control.roster.present('worker').length > 0) options.onNotice(`warning: ${error.message}`);
      else cluster.abandonment.begin(error);
    },
    start: { controlAddress: listener.address, runId: origin.runId, ...trust, engine: settings.engine, threads: settings.threads },
    dataAddressOf: (server, life) => (settings.listen === null ? addresses.of(`server-${server + 1}-${life}`) : dataAddress(settings.advertise === null ? listener.boundAddress : 'tcp://*:0')),
  });

  const open: OpenCluster = {
    cluster,
    joinLines: settings.listen === null ? [] : joinLines(listener, keys, { ...settings, tokenFile: options.tokenFile }),
    tokenFile: token?.path ?? null,
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

interface Opened { readonly cluster: TrainingCluster; readonly keeper: ProcessKeeper; readonly addresses: LocalAddresses; readonly token: JoinTokenFile | null }

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
  if (host === undefined) throw new LetheError('ADDRESS_INVALID', `--listen: expected an address like tcp://192.0.2.7:5555, found ${controlAddress}`);
  return `tcp://${host}:*`;
}

/** With which command workers elsewhere join, and at which other addresses of this machine they may. */
function joinLines({ boundAddress, address }: Listener, keys: RunKeys | null, { engine, threads, tokenFile, advertise }: { engine: string; threads: number; tokenFile: string; advertise: string | null }): string[] {
  const port = /\d+$/.exec(boundAddress)?.[0] ?? '';
  const [first, ...others] = advertise === null ? outsideAddresses(boundAddress) : [{ address: `tcp://${advertise}:${port}`, interface: null }];
  const trust = keys === null ? '--insecure-plaintext' : `--key ${encodeJoinKey(keys.listener.publicKey)} --token-file ${inShell(tokenFile)}`;
  const command = `workers join with: npx lethe worker --join ${first?.address ?? address} ${trust} --engine ${engine} --threads ${threads}`;
  if (first === undefined) return [command, '(no interface of this machine leads elsewhere: only its own processes can join)'];
  const named = others.map((other) => `${other.address} (${other.interface ?? ''})`);
  return named.length === 0 ? [command] : [command, `(that is ${first.interface ?? ''}; this machine also has ${named.join(', ')}; --advertise ADDRESS chooses for that line)`];
}

/** A path as a shell reads it. */
function inShell(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

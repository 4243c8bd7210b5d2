import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NetworkHosts } from './network-hosts.js';

/** Daemons lie where a user's PATH seldom leads. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'srun'];
/** Variable that a node's daemons have, but not what they start. */
const NODE = 'LETHE_TEST_SLURM_NODE';
/** Below the ports that the kernel gives to those who name none. */
const PORTS = { first: 10_000, count: 20_000 };
/**
 * Ends all processes of a cluster when its standard input ends: when the cluster is closed, or whoever started it is gone. They are found
 * by their environment; what is being started meanwhile is found the next time.
 */
const GUARD = `cat >/dev/null
while found=$(grep -lzxFs -- "SLURM_CONF=$1/slurm.conf" /proc/[0-9]*/environ); [ -n "$found" ]; do
  cut -d/ -f3 <<<"$found" | xargs kill -KILL 2>/dev/null
  sleep 0.05
done
rm -rf -- "$1"`;
/** Longest that a daemon may take to begin or end. */
const PATIENCE_MS = 30_000;

export interface SlurmClusterOptions {
  /** Names of its nodes. */
  readonly nodes: readonly string[];
  /** Hosts that have the names of the nodes, and the one that users log in to, where the controller is. Default: all are this machine. */
  readonly hosts?: { readonly network: NetworkHosts; readonly login: string };
  /** Of each node, whatever this machine has. */
  readonly cores: number;
  /** Of each node: device files that stand in for GPUs. */
  readonly gpus: number;
  /** Name of the partition with all nodes. Default: all. */
  readonly partition?: string;
  /** A partition with the same nodes, whose jobs take them from those of the other, which are queued again. Default: there is none. */
  readonly urgent?: {
    readonly partition: string;
    /** How long a job that has to make room may go on. */
    readonly graceSeconds: number;
  };
  /** What its daemons and commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Says why no Slurm can be started on this machine; null: one can. */
export function whyNoSlurm(): string | null {
  const missing = PROGRAMS.filter((program) => !FOLDERS.some((folder) => existsSync(join(folder, program))));
  if (missing.length > 0) return `${missing.join(', ')} not installed (Debian's slurmctld, slurmd, slurm-client and munge)`;
  return process.getuid?.() === 0 ? null : 'not run by root';
}

/** Controller and nodes of a Slurm on this machine or on hosts that are part of it, in a folder and on ports of its own. */
export class SlurmCluster {
  /** Of Slurm's commands for this cluster. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Logs of its daemons, for whoever asks why. */
  readonly folder: string;
  readonly nodes: readonly string[];
  /** What a command begins with that a user types where jobs are submitted; empty: that is this machine. */
  readonly onLogin: readonly string[];
  readonly #guard: ChildProcess;
  readonly #hosts: SlurmClusterOptions['hosts'];

  private constructor(folder: string, { nodes, hosts, environment }: SlurmClusterOptions) {
    this.folder = folder;
    this.#hosts = hosts;
    this.onLogin = hosts?.network.on(hosts.login) ?? [];
    this.#guard = spawn('bash', ['-c', GUARD, 'guard', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.nodes = nodes;
    this.environment = { ...environment, SLURM_CONF: join(folder, 'slurm.conf') };
  }

  /** Returns when all nodes take jobs. */
  static async start(options: SlurmClusterOptions): Promise<SlurmCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'lethe-slurm-'));
    const cluster = new SlurmCluster(folder, options);
    try {
      await writeConfiguration(folder, options);
      await cluster.#startDaemons();
    } catch (error) {
      const report = await cluster.report().catch(String);
      await cluster.close();
      throw new Error(`no Slurm: ${String(error)}\n${report}`, { cause: error });
    }
    return cluster;
  }

  /** Runs a command of Slurm on this cluster. @returns what it printed */
  async command(program: string, ...argv: readonly string[]): Promise<string> {
    const [first = '', ...rest] = [...this.onLogin, program, ...argv];
    const { stdout } = await promisify(execFile)(first, rest, { env: this.environment });
    return stdout.trim();
  }

  /** Ends a node as loss of power would: its daemon and all that runs on it. Slurm is told nothing. */
  async killNode(node: string): Promise<void> {
    await this.#until(`all processes of node ${node} have ended`, async () => {
      const found = this.#processes((variables) => variables.includes(`${NODE}=${node}`) || variables.includes(`SLURMD_NODENAME=${node}`));
      for (const id of found) kill(id);
      return found.length === 0;
    });
  }

  /** Starts a node, or one that was killed again. */
  startNode(node: string): void {
    this.#spawn('slurmd', ['-D', '-N', node], { [NODE]: node }, this.#hosts?.network.on(node));
  }

  /** Waits until a node is in one of these states, such as `idle`. */
  async waitForNode(node: string, ...states: readonly string[]): Promise<void> {
    await this.#until(`node ${node} is ${states.join(' or ')}`, async () =>
      states.includes(await this.command('sinfo', '--noheader', `--nodes=${node}`, '--format=%T').catch(() => '')));
  }

  /** What Slurm says of its jobs and nodes, and what its daemons wrote last: for whoever waits in vain. */
  async report(): Promise<string> {
    const said = await Promise.all([
      this.command('scontrol', 'show', 'job').catch(String), this.command('sinfo', '--Node', '--long').catch(String),
    ]);
    const logs = join(this.folder, 'log');
    const lastOf = (name: string): string => readFileSync(join(logs, name), 'utf8').split('\n').slice(-40).join('\n');
    const written = readdirSync(logs).map((name) => `${name}:\n${lastOf(name)}`);
    return [...said, ...written].join('\n\n');
  }

  /** Processes that run in a job, of all of its nodes. */
  processesOf(job: string): number[] {
    return this.#processes((variables) => variables.includes(`SLURM_JOB_ID=${job}`));
  }

  /** Ends all of it, jobs included. */
  async close(): Promise<void> {
    const ended = once(this.#guard, 'close');
    this.#guard.stdin?.end();
    await ended;
  }

  async #startDaemons(): Promise<void> {
    const socket = join(this.folder, 'munge.sock');
    this.#spawn('munged', [
      '--foreground', '--force', `--key-file=${this.folder}/munge.key`, `--socket=${socket}`, `--pid-file=${this.folder}/munged.pid`,
      `--log-file=${this.folder}/munged.log`, `--seed-file=${this.folder}/munge.seed`,
    ]);
    await this.#until('munged listens', async () => existsSync(socket));
    this.#spawn('slurmctld', ['-D', '-c'], {}, this.onLogin);
    for (const node of this.nodes) this.startNode(node);
    for (const node of this.nodes) await this.waitForNode(node, 'idle');
  }

  /** @param where what a command begins with that runs on a host; empty: it runs here */
  #spawn(
    program: string, argv: readonly string[], environment: Readonly<Record<string, string>> = {}, where: readonly string[] = [],
  ): void {
    const path = FOLDERS.map((folder) => join(folder, program)).find((file) => existsSync(file)) ?? program;
    const [first = '', ...rest] = [...where, path, ...argv];
    spawn(first, rest, { env: { ...this.environment, ...environment }, stdio: 'ignore', detached: true }).unref();
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error(`${what}: expected within ${PATIENCE_MS / 1000} s`);
      await sleep(50);
    }
  }

  /** Daemons of this cluster and what they started, by their environment. */
  #processes(isMeant: (variables: readonly string[]) => boolean): number[] {
    const own = `SLURM_CONF=${this.environment['SLURM_CONF'] ?? ''}`;
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((id) => {
      const variables = variablesOf(id);
      return variables.includes(own) && isMeant(variables);
    });
  }
}

/** Of a process that runs; none, if it has ended or is somebody else's. */
function variablesOf(process: number): readonly string[] {
  try {
    return readFileSync(`/proc/${process}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

async function writeConfiguration(
  folder: string, { nodes, hosts, cores, gpus, partition = 'all', urgent }: SlurmClusterOptions,
): Promise<void> {
  const [controller = 0, ...ports] = await freePorts(nodes.length + 1);
  const devices = join(folder, 'devices');
  for (const name of ['state', 'log', 'devices']) mkdirSync(join(folder, name));
  // Slurm takes character devices alone for GPUs.
  for (let gpu = 0; gpu < gpus; gpu += 1) execFileSync('mknod', [join(devices, `gpu${gpu}`), 'c', '1', '3']);
  writeFileSync(join(folder, 'munge.key'), randomBytes(128), { mode: 0o600 });
  const files = gpus > 0 ? `NodeName=${nodes.join(',')} Name=gpu File=${devices}/gpu[0-${gpus - 1}]\n` : '';
  writeFileSync(join(folder, 'gres.conf'), files);
  /** Name and address of the host that a node is, or the controller's. */
  const placeOf = (name: string): { readonly host: string; readonly address: string } => (
    hosts === undefined ? { host: hostname(), address: '127.0.0.1' } : { host: name, address: hosts.network.addressOf(name) }
  );
  const login = placeOf(hosts?.login ?? '');
  const nodeLine = (node: string, index: number): string => {
    const { host, address } = placeOf(node);
    return `NodeName=${node} NodeHostname=${host} NodeAddr=${address} Port=${ports[index] ?? 0} ` +
      `CPUs=${cores} RealMemory=${1000 * cores}${gpus > 0 ? ` Gres=gpu:${gpus}` : ''}`;
  };
  writeFileSync(join(folder, 'slurm.conf'), `ClusterName=lethe
SlurmctldHost=${login.host}(${login.address})
SlurmctldPort=${controller}
AuthType=auth/munge
# A job that is requeued waits for as long as its credential may be used.
AuthInfo=socket=${folder}/munge.sock,cred_expire=5
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=500
ReturnToService=2
SlurmdTimeout=5
MessageTimeout=5
KillWait=15
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
GresTypes=gpu
SlurmdParameters=config_overrides
${nodes.map(nodeLine).join('\n')}
PartitionName=${partition} Nodes=${nodes.join(',')} Default=YES MaxTime=1-0 State=UP PriorityTier=1 GraceTime=${urgent?.graceSeconds ?? 0}
${urgent === undefined ? '' : `PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=${urgent.partition} Nodes=${nodes.join(',')} MaxTime=1-0 State=UP PriorityTier=2 PreemptMode=OFF
`}`);
}

/** Ports that nobody listens on, and that nobody is given by chance. */
async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = PORTS.first + randomInt(PORTS.count);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => { resolve(false); });
    server.listen(port, () => { server.close(() => { resolve(true); }); });
  });
}

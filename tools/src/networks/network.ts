import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { printedLine } from './printed-line.js';
import type { Condition } from './condition.js';
import type { NativePrograms } from './native-programs.js';

/** Hosts of every network: the run with its servers, and its workers. */
const HOSTS = ['run', 'worker-1', 'worker-2'] as const;
export type HostName = (typeof HOSTS)[number];

/** What is sent at once at most: more than what the kernel joins to one packet, and 1 ms of 1 Gbit/s. */
const BURST_BYTES = 128 * 1024;
/** What waits at most at either end of a cable: as long as in a switch with some memory. */
const QUEUE = { milliseconds: 16, leastBytes: 256 * 1024 };
/** Buffers of TCP as the kernel has them by default: least, first and most bytes. */
const TCP_BUFFERS = { tcp_rmem: '4096 131072 6291456', tcp_wmem: '4096 16384 4194304' };
/** Packets that wait for the relay to read them: it never has to lose one. */
const RELAY_QUEUE = 10_000;

/** Device of every host, at the end of its cable. */
export const UPLINK = 'uplink';
const RELAY = 'wire';
const RELAY_ROUTES = '100';

/** Where the kernel's tools keep the names of network namespaces. */
const NAMESPACES = '/run/netns';

export interface Host {
  readonly name: HostName;
  readonly address: string;
  /** Starts a program there. It is killed when the network is closed. */
  start(command: string, argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /** A file of /proc as processes there see it. */
  read(file: string): string;
}

/**
 * Hosts that are namespaces of this machine, each with a cable to one switch, which is a namespace too. A cable has a rate (tbf), the
 * switch loses packets (nftables), and what goes through it takes half a round trip (a relay on a TUN device). Nothing of it can be
 * reached from this machine, or reach it.
 */
export class Network {
  readonly hosts: Readonly<Record<HostName, Host>>;
  /** How TCP reacts to losses: "cubic", "bbr". */
  readonly congestion: string;
  readonly #prefix: string;
  readonly #children = new Set<ChildProcess>();
  readonly #removeAtExit = (): void => { this.#remove(); };

  /**
   * Makes one; only root can.
   *
   * @param congestion a congestion control that this kernel has and allows; null for the machine's own
   * @throws Error of whatever the kernel refuses
   */
  static async open(condition: Condition, programs: NativePrograms, congestion: string | null): Promise<Network> {
    const network = new Network(condition, congestion);
    try {
      await network.#startRelay(condition, programs);
      return network;
    } catch (error) {
      network.close();
      throw error;
    }
  }

  private constructor(condition: Condition, congestion: string | null) {
    removeAbandoned();
    this.#prefix = `lethe-net-${process.pid}`;
    process.once('exit', this.#removeAtExit);
    this.hosts = Object.fromEntries(HOSTS.map((name, index) => [name, this.#host(name, addressOf(index))])) as Record<HostName, Host>;
    try {
      this.#wire(condition);
      this.#setTcp(congestion);
      this.congestion = this.hosts.run.read('/proc/sys/net/ipv4/tcp_congestion_control').trim();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Packets that came to the switch, and those that it has lost by request. */
  counters(): { readonly packets: number; readonly lost: number } {
    const listed = execFileSync('ip', ['netns', 'exec', this.#namespace('switch'), 'nft', '-j', 'list', 'counters'], { stdio: 'pipe' });
    const { nftables } = JSON.parse(listed.toString()) as { nftables: { counter?: { name: string; packets: number } }[] };
    const of = (name: string): number => nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? 0;
    return { packets: of('forwarded'), lost: of('lost') };
  }

  /** Kills what was started on its hosts, and removes them. */
  close(): void {
    process.off('exit', this.#removeAtExit);
    for (const child of this.#children) child.kill('SIGKILL');
    this.#remove();
  }

  #host(name: HostName, address: string): Host {
    const inside = ['netns', 'exec', this.#namespace(name)];
    return {
      name, address,
      start: (command, argv, options = {}) => this.#start([...inside, command, ...argv], options),
      read: (file) => execFileSync('ip', [...inside, 'cat', file], { stdio: 'pipe' }).toString(),
    };
  }

  #start(argv: readonly string[], options: SpawnOptions): ChildProcess {
    const child = spawn('ip', argv, options);
    this.#children.add(child);
    child.once('close', () => { this.#children.delete(child); });
    return child;
  }

  #namespace(name: HostName | 'switch'): string {
    return `${this.#prefix}-${name}`;
  }

  #wire({ megabits, lossPercent }: Condition): void {
    const hub = this.#namespace('switch');
    const queueBytes = Math.max(QUEUE.leastBytes, (QUEUE.milliseconds * megabits * 1000) / 8);
    ip(`netns add ${hub}`);
    inNamespace(hub, ['sysctl', '-qw', 'net.ipv4.ip_forward=1', ...['all', 'default'].map((one) => `net.ipv4.conf.${one}.rp_filter=0`)]);
    for (const [index, name] of HOSTS.entries()) {
      const host = this.#namespace(name);
      const [port, gateway] = [`port-${index}`, addressOf(index).replace(/\.2$/, '.1')];
      ip(`netns add ${host}`);
      ip(`link add ${UPLINK} netns ${host} type veth peer name ${port} netns ${hub}`);
      for (const [end, device, address] of [[host, UPLINK, addressOf(index)], [hub, port, gateway]]) {
        ip(`-n ${end} addr add ${address}/24 dev ${device}`);
        for (const link of ['lo', device]) ip(`-n ${end} link set ${link} up`);
        const shaping = `rate ${megabits}mbit burst ${BURST_BYTES} limit ${Math.round(queueBytes)}`;
        run('tc', `-n ${end} qdisc add dev ${device} root tbf ${shaping}`);
        // A lost packet is one that would have been on a wire, not several that the kernel had joined.
        if (lossPercent > 0) ip(`-n ${end} link set ${device} gso_max_segs 1`);
      }
      ip(`-n ${host} route add default via ${gateway}`);
      ip(`-n ${hub} rule add iif ${port} table ${RELAY_ROUTES}`);
    }
    inNamespace(hub, ['nft', '-f', '-'], lossRules(lossPercent));
  }

  #setTcp(congestion: string | null): void {
    for (const name of HOSTS) {
      const settings = Object.entries({ ...TCP_BUFFERS, ...(congestion === null ? {} : { tcp_congestion_control: congestion }) });
      try {
        inNamespace(this.#namespace(name), ['sysctl', '-qw', ...settings.map(([setting, value]) => `net.ipv4.${setting}=${value}`)]);
      } catch (error) {
        const allowed = readFileSync('/proc/sys/net/ipv4/tcp_allowed_congestion_control', 'utf8').trim();
        throw new Error(`--congestion: expected one of net.ipv4.tcp_allowed_congestion_control (${allowed}), found ${congestion ?? ''}`, {
          cause: error,
        });
      }
    }
  }

  async #startRelay({ roundTripMs }: Condition, { relay }: NativePrograms): Promise<void> {
    const hub = this.#namespace('switch');
    const microseconds = String(Math.round((roundTripMs * 1000) / 2));
    const child = this.#start(['netns', 'exec', hub, relay, RELAY, microseconds], { stdio: ['pipe', 'pipe', 'inherit'] });
    await printedLine(child, /ready/);
    ip(`-n ${hub} link set ${RELAY} txqueuelen ${RELAY_QUEUE} up`);
    ip(`-n ${hub} route add default dev ${RELAY} table ${RELAY_ROUTES}`);
  }

  #remove(): void {
    for (const name of [...HOSTS, 'switch'] as const) {
      try {
        ip(`netns del ${this.#namespace(name)}`);
      } catch {
        // there was none
      }
    }
  }
}

/** What processes that were killed have left, and earlier ones of this number. */
function removeAbandoned(): void {
  if (!existsSync(NAMESPACES)) return;
  for (const name of readdirSync(NAMESPACES)) {
    const owner = /^lethe-net-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && (Number(owner) === process.pid || !existsSync(`/proc/${owner}`))) ip(`netns del ${name}`);
  }
}

function addressOf(index: number): string {
  return `10.77.${index + 1}.2`;
}

/** What comes out of the relay is counted, and lost with the given probability, once for each way. */
function lossRules(lossPercent: number): string {
  const losing = lossPercent === 0 ? '' : `numgen random mod 100000 < ${Math.round(lossPercent * 1000)} counter name lost drop`;
  return `table ip losses {
    counter forwarded {}
    counter lost {}
    chain forward {
      type filter hook forward priority filter;
      iifname ${RELAY} counter name forwarded
      ${losing === '' ? '' : `iifname ${RELAY} ${losing}`}
    }
  }`;
}

function ip(words: string): void {
  run('ip', words);
}

function run(command: string, words: string): void {
  execFileSync(command, words.split(' '), { stdio: 'pipe' });
}

function inNamespace(namespace: string, command: readonly string[], input = ''): void {
  execFileSync('ip', ['netns', 'exec', namespace, ...command], { stdio: 'pipe', input });
}

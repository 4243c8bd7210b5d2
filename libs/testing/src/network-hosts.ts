import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest that a host takes until one can log in. */
const START_MS = 20_000;
/** The folder in which the kernel's tools keep the names of network namespaces. */
const NAMESPACES = '/run/netns';
const OURS = /^lethe-(\d+)-/;
const SSHD = '/usr/sbin/sshd';
const PORT = 22;

/** What hosts are made like. */
export interface HostsToMake {
  /** Their names, which are their host names too. All of them share this machine's files and processes. */
  readonly names: readonly string[];
  /** Version of the addresses that they have; default: 4. */
  readonly addresses?: 4 | 6;
  /** Whether one can log in by ssh, as the user of this process; default: no. */
  readonly sshd?: boolean;
  /** Variables of whoever logs in. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Further networks, by the name of the interface that a host has there: the IPv4 addresses of the hosts that are in it, of 24 bits, by
   * the host's name. The same address twice is no mistake. In the system's order these interfaces come before `eth0`.
   */
  readonly networks?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Absolute paths of folders that a host has for itself, empty at first, by its name. */
  readonly ownFolders?: Readonly<Record<string, readonly string[]>>;
}

interface Host {
  readonly name: string;
  readonly address: string;
  readonly namespace: string;
  /** Its end in the switch. */
  readonly port: string;
  /** Script that runs a command as this host: with its name, its `.ssh` and its own folders. */
  readonly enter: string;
}

const ip = (...argv: string[]): void => { execFileSync('ip', argv, { stdio: 'pipe' }); };

/** Why no hosts can be made here; null: they can. */
export function whyNoHosts(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root of Linux makes network namespaces';
  const missing = ['ip', 'nsenter', 'unshare', 'mount', SSHD, 'ssh', 'ssh-keygen'].filter((program) => !isThere(program));
  if (missing.length > 0) return `${missing.join(', ')} not installed`;
  const { status, stderr } = spawnSync('unshare', ['--net', '--uts', '--mount', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : `no network namespaces (${stderr.trim()})`;
}

function isThere(program: string): boolean {
  const found = spawnSync('sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' });
  return found.status === 0;
}

/**
 * Hosts for tests: network namespaces that hang on one switch, which is a bridge in a namespace of its own. This process is on none of
 * them: what is to be in their network is started by `on`. Other tests may have hosts of the same names and addresses at the same time.
 */
export class NetworkHosts {
  /** Private key of which every host has the public one. */
  readonly identity: string;
  /** Namespace of the switch, for rules about what passes. */
  readonly switch: string;
  /** Private folder of the hosts; each has one of its name in it. */
  readonly folder: string;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #options: HostsToMake;

  private constructor(options: HostsToMake) {
    this.#options = options;
    const prefix = `lethe-${process.pid}-${randomBytes(3).toString('hex')}`;
    this.switch = `${prefix}-switch`;
    this.folder = mkdtempSync(join(tmpdir(), 'lethe-hosts-'));
    this.identity = join(this.folder, 'identity');
    this.#hosts = new Map(options.names.map((name, index) => [name, {
      name,
      address: options.addresses === 6 ? `fd00:77::${index + 1}` : `10.77.0.${index + 1}`,
      namespace: `${prefix}-${name}`,
      port: `port-${index + 1}`,
      enter: join(this.folder, name, 'enter'),
    }]));
  }

  /** Makes them and waits until one can log in. @throws what the system's tools say; nothing is left then */
  static async start(options: HostsToMake): Promise<NetworkHosts> {
    removeAbandoned();
    const hosts = new NetworkHosts(options);
    try {
      ip('netns', 'add', hosts.switch);
      for (const bridge of ['switch', ...Object.keys(options.networks ?? {})]) {
        ip('-n', hosts.switch, 'link', 'add', 'name', bridge, 'type', 'bridge', 'mcast_snooping', '0');
        ip('-n', hosts.switch, 'link', 'set', 'dev', bridge, 'up');
      }
      keygen(hosts.identity);
      for (const host of hosts.#hosts.values()) hosts.#make(host);
      if (options.sshd === true) await Promise.all(options.names.map((name) => hosts.#startSshd(hosts.#host(name))));
      return hosts;
    } catch (error) {
      hosts.end();
      throw error;
    }
  }

  addressOf(name: string): string {
    return this.#host(name).address;
  }

  namespaceOf(name: string): string {
    return this.#host(name).namespace;
  }

  /** Name of the host's end in the namespace of the switch; the host's own end is `eth0`. */
  portOf(name: string): string {
    return this.#host(name).port;
  }

  /** What a command begins with that is to run on this host. */
  on(name: string): string[] {
    const { namespace, enter } = this.#host(name);
    // `ip netns exec` would hide this machine's control groups, which Slurm's daemons look for.
    return ['nsenter', `--net=${join(NAMESPACES, namespace)}`, 'unshare', '--uts', '--mount', enter];
  }

  /** Has the user of a host know the keys of others, as whoever has logged in there once. */
  introduce(name: string, others: readonly string[]): void {
    const lines = others.map((other) => {
      const [key] = readFileSync(join(this.folder, other, 'host-key.pub'), 'utf8').split(' lethe-test');
      return `${other},${this.addressOf(other)} ${key ?? ''}\n`;
    });
    writeFileSync(join(this.folder, name, '.ssh/known_hosts'), lines.join(''));
  }

  /** Where such a folder lies that a host has for itself, as this process sees it. */
  ownFolder(name: string, path: string): string {
    const index = (this.#options.ownFolders?.[name] ?? []).indexOf(path);
    return join(this.folder, name, `own-${index + 1}`);
  }

  /** Ids of the processes that run on a host. */
  processesOf(name: string): number[] {
    return processesIn(this.namespaceOf(name));
  }

  /** Pulls the host's cable: nothing passes, and nobody is told. */
  unplug(name: string): void {
    this.#setLink(name, 'down');
  }

  plug(name: string): void {
    this.#setLink(name, 'up');
  }

  /** As if its power failed: its processes are gone, and the others hear nothing of it. */
  powerOff(name: string): void {
    this.unplug(name);
    killIn(this.namespaceOf(name));
  }

  /** Starts it again, without the processes that it had. */
  async powerOn(name: string): Promise<void> {
    this.plug(name);
    if (this.#options.sshd === true) await this.#startSshd(this.#host(name));
  }

  /**
   * Puts an `ssh` into a folder that connects from this host, for processes that are on none.
   * @returns a `PATH` on which it is found first
   */
  sshFrom(name: string, path: string): string {
    const folder = join(this.folder, name, 'bin');
    mkdirSync(folder, { recursive: true });
    writeScript(join(folder, 'ssh'), [`PATH='${path}' exec ${this.on(name).join(' ')} ssh "$@"`]);
    return `${folder}:${path}`;
  }

  /** Ends all of their processes and removes them. */
  end(): void {
    for (const namespace of [...[...this.#hosts.values()].map((host) => host.namespace), this.switch]) remove(namespace);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`expected one of the hosts ${[...this.#hosts.keys()].join(', ')}, found ${name}`);
    return host;
  }

  #setLink(name: string, state: 'up' | 'down'): void {
    ip('-n', this.switch, 'link', 'set', 'dev', this.portOf(name), state);
  }

  #make(host: Host): void {
    const { name, address, namespace, port, enter } = host;
    const isSix = this.#options.addresses === 6;
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'set', 'dev', 'lo', 'up');
    for (const [network, { [name]: there }] of Object.entries(this.#options.networks ?? {})) {
      if (there === undefined) continue;
      this.#connect(namespace, { bridge: network, port: `${network}-${port}`, interface: network }, [`${there}/24`]);
    }
    this.#connect(
      namespace, { bridge: 'switch', port, interface: 'eth0' }, [`${address}/${isSix ? 64 : 24}`, ...(isSix ? ['nodad'] : [])],
    );
    this.#furnish(name, enter);
  }

  /** Lays a cable from a bridge to a host. @param address as `ip addr add` takes it, with what follows the device */
  #connect(
    namespace: string, cable: { readonly bridge: string; readonly port: string; readonly interface: string }, address: readonly string[],
  ): void {
    const { bridge, port, interface: end } = cable;
    const [first = '', ...more] = address;
    ip('-n', this.switch, 'link', 'add', 'name', port, 'type', 'veth', 'peer', 'name', end, 'netns', namespace);
    ip('-n', this.switch, 'link', 'set', 'dev', port, 'master', bridge, 'up');
    ip('-n', namespace, 'addr', 'add', first, 'dev', end, ...more);
    ip('-n', namespace, 'link', 'set', 'dev', end, 'up');
  }

  /** Writes what a host has for itself: names of the others, `.ssh`, folders, and the script that puts them in their places. */
  #furnish(name: string, enter: string): void {
    const folder = join(this.folder, name);
    const [ssh, names] = [join(folder, '.ssh'), join(folder, 'hosts')];
    mkdirSync(ssh, { recursive: true, mode: 0o700 });
    keygen(join(folder, 'host-key'));
    const lines = [...this.#hosts.values()].map((other) => `${other.address} ${other.name}`);
    writeFileSync(names, ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n'));
    const own = (this.#options.ownFolders?.[name] ?? []).map((path, index) => ({ path, source: join(folder, `own-${index + 1}`) }));
    for (const { source } of own) mkdirSync(source, { recursive: true });
    const bashrc = join(homedir(), '.bashrc');
    // It is the place of a host's own; nothing is written into it.
    mkdirSync(join(homedir(), '.ssh'), { recursive: true, mode: 0o700 });
    const places = [{ source: names, path: '/etc/hosts' }, { source: ssh, path: join(homedir(), '.ssh') }, ...own];
    writeScript(enter, [
      `hostname '${name}'`,
      ...places.map(({ source, path }) => `mount --bind '${source}' '${path}'`),
      // What the user's shells do at their start is no matter of a test, and may take long.
      `[ ! -e '${bashrc}' ] || mount --bind /dev/null '${bashrc}'`,
      'exec "$@"',
    ]);
  }

  async #startSshd({ name, address }: Host): Promise<void> {
    const folder = join(this.folder, name);
    const [config, printed] = [join(folder, 'sshd_config'), join(folder, 'sshd.log')];
    const variables = Object.entries(this.#options.environment ?? {}).map(([key, value]) => `"${key}=${value}"`);
    writeFileSync(config, [
      `ListenAddress ${address}`, `Port ${PORT}`, `HostKey ${join(folder, 'host-key')}`, 'PidFile none', 'UsePAM no',
      // The folder for temporary files, in which the keys lie, belongs to everybody.
      `AuthorizedKeysFile ${this.identity}.pub`, 'StrictModes no', 'PasswordAuthentication no', 'PermitRootLogin yes',
      ...(variables.length === 0 ? [] : [`SetEnv ${variables.join(' ')}`]), '',
    ].join('\n'));
    mkdirSync('/run/sshd', { recursive: true });
    const [command, ...argv] = [...this.on(name), SSHD, '-D', '-e', '-f', config];
    const log = openSync(printed, 'w');
    // It outlives nobody: `end` ends it, or the next test's start where this process was killed.
    spawn(command, argv, { stdio: ['ignore', log, log], detached: true }).unref();
    closeSync(log);
    const deadline = performance.now() + START_MS;
    while (!readFileSync(printed, 'utf8').includes('Server listening')) {
      if (performance.now() > deadline) throw new Error(`sshd of ${name} does not listen: ${readFileSync(printed, 'utf8')}`);
      await sleep(10);
    }
  }
}

function keygen(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lethe-test', '-f', file], { stdio: 'pipe' });
}

function writeScript(file: string, lines: readonly string[]): void {
  writeFileSync(file, ['#!/bin/sh', 'set -e', ...lines, ''].join('\n'), { mode: 0o755 });
}

/** What tests left behind that were killed. */
function removeAbandoned(): void {
  for (const name of existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : []) {
    const owner = OURS.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) remove(name);
  }
}

function processesIn(namespace: string): number[] {
  const { stdout } = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '').map(Number);
}

/** Ends all processes of a namespace, those too that they start meanwhile. */
function killIn(namespace: string): void {
  for (let living = processesIn(namespace); living.length > 0; living = processesIn(namespace))
    for (const id of living)
      try {
        process.kill(id, 'SIGKILL');
      } catch {
        // it is gone by now
      }
}

function remove(namespace: string): void {
  killIn(namespace);
  spawnSync('ip', ['netns', 'del', namespace]);
}

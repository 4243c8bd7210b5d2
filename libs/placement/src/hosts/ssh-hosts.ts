import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, LetheError } from '@lethe/errors';
import { LocalPlacement } from '../local-placement.js';
import type { Placement } from '../placement.js';
import type { PlacementOpening, Scheduler } from '../scheduler.js';
import { askHost, lacksProgram, problemsOf, type HostAnswer, type PlacedProgram, type ReadyHost } from './ask-host.js';
import { LOCALHOST, type HostPlaces } from './host-list.js';
import { HostPlacement } from './host-placement.js';
import { copyFolder } from './copy-folder.js';
import { Ssh, type SshSettings } from './ssh.js';

/** Hosts on which the user of this process can log in by ssh. */
export interface SshHostsOptions extends SshSettings {
  readonly hosts: readonly HostPlaces[];
  readonly program: PlacedProgram;
  /** Absolute path of a folder with the program and all that it needs, to be copied to hosts that lack it; null: nothing is copied. */
  readonly install: string | null;
}

/** Processes on a list of hosts, which nobody schedules: each host has as many places as the list says. */
export function sshHosts(options: SshHostsOptions): Scheduler {
  const { hosts } = options;
  return {
    name: nameOf(hosts),
    places: hosts.reduce((sum, { places }) => sum + places, 0),
    open: (opening) => new HostsOpening(options, opening).open(),
  };
}

function nameOf(hosts: readonly HostPlaces[]): string {
  const names = hosts.map(({ host }) => host);
  if (names.length === 1) return `the host ${names.join('')}`;
  return `the hosts ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

interface PreparedHost {
  /** Null: nothing can be placed there. */
  readonly host: ReadyHost | null;
  readonly problems: readonly string[];
}

class HostsOpening {
  readonly #options: SshHostsOptions;
  readonly #opening: PlacementOpening;
  readonly #ssh: Ssh;

  constructor(options: SshHostsOptions, opening: PlacementOpening) {
    [this.#options, this.#opening] = [options, opening];
    this.#ssh = new Ssh(opening.environment, options);
  }

  /** @throws LetheError PLACEMENT_FAILED with what is wrong at each host; INTERRUPTED */
  async open(): Promise<Placement> {
    const { hosts, program } = this.#options;
    const { environment, onNotice } = this.#opening;
    const markers = this.#mark();
    try {
      const prepared = await Promise.all(hosts.map((host) => this.#prepare(host, markers)));
      this.#opening.signal.throwIfAborted();
      const problems = prepared.flatMap((each) => each.problems);
      if (problems.length > 0) throw new LetheError('PLACEMENT_FAILED', problems.join('\n'), { details: { problems } });
      if (hosts.some(({ host }) => host === LOCALHOST)) onNotice(`${LOCALHOST} is this machine, to which nobody logs in`);
      const ready = prepared.flatMap(({ host }) => (host === null ? [] : [host]));
      return new HostPlacement(nameOf(hosts), ready, { ssh: this.#ssh, local: new LocalPlacement(environment), node: program.node });
    } finally {
      for (const marker of markers) rmSync(marker, { force: true });
    }
  }

  async #prepare(host: HostPlaces, markers: readonly string[]): Promise<PreparedHost> {
    const { program, install } = this.#options;
    if (host.host === LOCALHOST) return { host: { ...host, node: program.node, gpus: [] }, problems: [] };
    let found = await this.#ask(host.host, markers);
    if (install !== null && typeof found !== 'string' && found.node !== null && lacksProgram(found, program)) {
      const why = await this.#copy(host.host, install, found);
      if (why !== null) return { host: null, problems: [`${host.host}: expected room for ${install}, found ${why}`] };
      found = await this.#ask(host.host, markers);
    }
    const problems = problemsOf(host, found, program, this.#opening.resources);
    if (typeof found === 'string' || problems.length > 0) return { host: null, problems };
    return { host: { ...host, node: found.node ?? program.node, gpus: found.gpus }, problems };
  }

  #ask(host: string, files: readonly string[]): Promise<HostAnswer | string> {
    return askHost(this.#ssh, host, this.#options.program, { files, signal: this.#opening.signal });
  }

  /** @returns why it cannot be copied; null: it is there */
  async #copy(host: string, folder: string, { version }: HostAnswer): Promise<string | null> {
    const { program } = this.#options;
    const { signal, onNotice } = this.#opening;
    const there = version ?? 'nothing';
    onNotice(`${host}: copying ${program.name} ${program.version}, ${folder} (${there} is there)`);
    const copied = await copyFolder(this.#ssh, host, folder, signal);
    if (typeof copied === 'string') return copied;
    onNotice(`${host}: copied ${Math.round(copied / 1e6)} MB`);
    return null;
  }

  /** Files that every host must see, if the processes share folders. @throws LetheError STORAGE_FAILED */
  #mark(): string[] {
    return this.#opening.sharedFolders.map((folder) => {
      const marker = join(folder, `.seen-from-hosts-${randomBytes(8).toString('hex')}`);
      try {
        writeFileSync(marker, '', { flag: 'wx' });
      } catch (error) {
        const found = `none (${errorMessage(error)})`;
        throw new LetheError('STORAGE_FAILED', `${folder}: expected a folder to write to, found ${found}`, { cause: error });
      }
      return marker;
    });
  }
}

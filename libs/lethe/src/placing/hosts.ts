import { problemsError } from '@lethe/config';
import { parseHosts, sshHosts, type Scheduler } from '@lethe/placement';
import { commandLineProgram, INSTALLATION } from '@lethe/programs';
import { ownVersion } from '../own-version.js';

/** How one logs in at hosts, and what they have. */
export interface HostsOptions {
  /** Absolute path of a private key. Default: those of the user's agent and of the configuration of ssh. */
  readonly identity?: string | undefined;
  /** Copies the installed package, with all that it needs, to hosts that lack it or have another version of it. Default: no. */
  readonly install?: boolean | undefined;
}

/** Seconds of silence after which a host counts as gone. Its worker is missed earlier, by its heartbeats. */
const SILENCE_SECONDS = 15;
/** Where npm puts packages. */
const PACKAGES = '/node_modules/';

/**
 * Hosts on which the user of this process can log in by ssh: what may run there at the same time, as in `a,b:4`, which has one process on
 * `a` and four on `b`. `localhost` is this machine. Each has Node, and Lethe of this version at the same path.
 * @throws LetheError CONFIG_INVALID
 */
export function hosts(list: string, { identity, install = false }: HostsOptions = {}): Scheduler {
  return sshHosts({
    hosts: parseHosts(list), identity: identity ?? null, silenceSeconds: SILENCE_SECONDS, install: install ? installedPackages() : null,
    program: { name: 'Lethe', path: commandLineProgram(), version: ownVersion(), node: process.execPath },
  });
}

/** The folder with the package and what it needs. @throws LetheError CONFIG_INVALID */
function installedPackages(): string {
  const end = INSTALLATION.indexOf(PACKAGES);
  if (end >= 0) return INSTALLATION.slice(0, end + PACKAGES.length - 1);
  throw problemsError([{ where: 'install', expected: 'the package as npm installs it', found: `the repository, ${INSTALLATION}` }]);
}

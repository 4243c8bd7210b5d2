import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Role } from '@lethe/protocol';

const CLUSTER_FILE = 'infra/local-cluster.json';

/**
 * Folder that Lethe is installed in: the workspace, or the package in somebody's `node_modules`. The file there says where the programs
 * lie. How far this module lies below it differs: it is in `src` here, and in the `dist` of each program.
 */
export const INSTALLATION = installationAbove(import.meta.dirname);

/** How a process is started. */
interface LocalProgram {
  /** Path of its main module. */
  readonly entry: string;
  /**
   * Gradients and parameters lie outside of V8's heap. Each time they reach 64 MiB, V8 would begin to mark its heap, small as that is:
   * once a round, for 10 ms in the middle of the round. `--no-incremental-marking` prevents that; it has to be set at the start, as V8
   * crashes if it is set during marking. Short collections of young objects free them too; a server starts them when no process waits for
   * it (`--expose-gc`).
   */
  readonly nodeFlags: readonly string[];
  /**
   * Settings of glibc's allocator. Activations and messages are megabytes each: to return them to the system every time, and to get them
   * back page by page, would take several percent of a round. The mmap threshold is the largest that is allowed; a step never frees as
   * much as the trim threshold. A server's threads allocate messages in one arena: memory that one of them has freed the other can use.
   */
  readonly environment: Readonly<Record<string, string>>;
}

type Programs = Record<Role, LocalProgram> & Record<'command-line' | 'game-module' | 'ray-module', Pick<LocalProgram, 'entry'>>;

/** What runs as the processes of a cluster; `lethe worker` reads it too. */
const PROGRAMS = JSON.parse(readFileSync(join(INSTALLATION, CLUSTER_FILE), 'utf8')) as Programs;

/** How a process of that role is started on this machine. */
export function localProgram(role: Role): LocalProgram & { readonly folder: string } {
  const program = PROGRAMS[role];
  return { ...program, entry: join(INSTALLATION, program.entry), folder: INSTALLATION };
}

/** The main module of the command line, which plays each of several runs in a process of its own. */
export function commandLineProgram(): string {
  return join(INSTALLATION, PROGRAMS['command-line'].entry);
}

/** What a user's module gets that imports `@lethe/lethe/game`. */
export function gameModule(): string {
  return join(INSTALLATION, PROGRAMS['game-module'].entry);
}

/** The folder of the Python module that starts processes on the machines of Ray. */
export function rayModule(): string {
  return join(INSTALLATION, PROGRAMS['ray-module'].entry);
}

function installationAbove(folder: string): string {
  if (existsSync(join(folder, CLUSTER_FILE))) return folder;
  if (dirname(folder) === folder) throw new Error(`expected ${CLUSTER_FILE} in a folder above ${import.meta.dirname}, found none`);
  return installationAbove(dirname(folder));
}

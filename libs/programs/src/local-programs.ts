import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Role } from '@lethe/protocol';

/** Folder of the workspace. How far this module lies below it differs: it is in `src` here, and in the `dist` of each program. */
export const WORKSPACE = workspaceAbove(import.meta.dirname);

/** How a process is started. */
interface LocalProgram {
  /** Path of its main module. */
  readonly entry: string;
  /**
   * Gradients and parameters lie outside of V8's heap, and as soon as they have become 64 MiB it begins to mark that heap, small as
   * it is: once a round, for 10 ms in the middle of it (`--no-incremental-marking`; V8 crashes if the flag is set while it marks). Short
   * collections of what is young free them just as well; a server asks for them when nobody waits for it (`--expose-gc`).
   */
  readonly nodeFlags: readonly string[];
  /**
   * Settings of glibc's allocator. Activations and messages are megabytes each: returned to the system every time, and handed out
   * again page by page, they cost several percent of a round. The threshold is the largest that is allowed; a step never frees as
   * much as the second. A server's threads take messages from one arena: what one of them has freed the other can use.
   */
  readonly environment: Readonly<Record<string, string>>;
}

/** What runs as the processes of a cluster; `lethe worker` reads it too. */
const PROGRAMS = JSON.parse(readFileSync(join(WORKSPACE, 'infra/local-cluster.json'), 'utf8')) as Record<Role, LocalProgram>;

/** How a process of that role is started on this machine. */
export function localProgram(role: Role): LocalProgram & { readonly folder: string } {
  const program = PROGRAMS[role];
  return { ...program, entry: join(WORKSPACE, program.entry), folder: WORKSPACE };
}

function workspaceAbove(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  if (dirname(folder) === folder) throw new Error(`expected nx.json in a folder above ${import.meta.dirname}, found none`);
  return workspaceAbove(dirname(folder));
}

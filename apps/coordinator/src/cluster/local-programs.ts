import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Role } from '@lethe/protocol';

const WORKSPACE = new URL('../../../../', import.meta.url);

interface LocalPrograms extends Readonly<Record<Role, { readonly entry: string }>> {
  /**
   * Gradients and parameters lie outside of V8's heap, and as soon as they have become 64 MiB it begins to mark that heap, small as
   * it is: once a round, for 10 ms in the middle of it. Short collections of what is young free them just as well. To be said
   * at the start: V8 crashes if it is told while it marks.
   */
  readonly nodeFlags: readonly string[];
  /**
   * Settings of glibc's allocator. Activations and messages are megabytes each: returned to the system every time, and handed out
   * again page by page, they cost several percent of a round. The threshold is the largest that is allowed; a step never frees as
   * much as the second.
   */
  readonly environment: Readonly<Record<string, string>>;
}

/** What runs as the processes of a cluster, and how: read by `lethe worker` too. */
const PROGRAMS = JSON.parse(readFileSync(new URL('infra/local-cluster.json', WORKSPACE), 'utf8')) as LocalPrograms;

/** How a process of that role is started on this machine. */
export function localProgram(role: Role): { readonly entry: string; readonly folder: string; readonly nodeFlags: readonly string[]; readonly environment: Readonly<Record<string, string>> } {
  const { nodeFlags, environment } = PROGRAMS;
  return { entry: fileURLToPath(new URL(PROGRAMS[role].entry, WORKSPACE)), folder: fileURLToPath(WORKSPACE), nodeFlags, environment };
}

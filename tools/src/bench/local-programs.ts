import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './workspace.js';

interface LocalProgram {
  readonly nodeFlags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** How the processes of a local cluster are started. */
export const LOCAL_PROGRAMS = JSON.parse(readFileSync(join(WORKSPACE, 'infra/local-cluster.json'), 'utf8')) as Readonly<
  Record<'worker' | 'parameter-server', LocalProgram>
>;

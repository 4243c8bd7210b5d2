import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { INSTALLATION } from '@lethe/programs';

const run = promisify(execFile);
const SOURCES = join(INSTALLATION, 'tools/src/networks');

/** Paths of the programs that g++ makes. */
export interface NativePrograms {
  /** The wire with a length (relay.cc). */
  readonly relay: string;
  /** Copies over TCP (copy.cc). */
  readonly copy: string;
}

/**
 * Compiles both into a folder, in about two seconds.
 *
 * @throws Error of the compiler
 */
export async function compilePrograms(folder: string): Promise<NativePrograms> {
  const compiled = ['relay', 'copy'].map(async (name) => {
    const program = join(folder, name);
    await run('g++', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, join(SOURCES, `${name}.cc`)]);
    return program;
  });
  const [relay = '', copy = ''] = await Promise.all(compiled);
  return { relay, copy };
}

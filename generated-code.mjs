// Makes what is generated, if its sources are newer: for commands and tests of the workspace.
import { spawnSync } from 'node:child_process';
import { statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** What is generated, and of what. */
const GENERATED = [
  ['libs/protocol/generated/lethe.js', 'proto/lethe.proto'], ['libs/optim/generated/kernels.wasm', 'libs/optim/assembly/kernels.ts'],
].map((paths) => paths.map((path) => join(import.meta.dirname, path)));

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/**
 * By the times of files, so that the three seconds of asking Nx can be saved. Quietly, unless it fails.
 * @param say is told that it takes a while
 * @throws Error with what Nx printed
 */
export function bringGeneratedUpToDate(say) {
  const stale = GENERATED.filter(([generated, source]) => timeOf(generated) < timeOf(source));
  if (stale.length === 0) return;
  say('Preparing the generated code');
  const nx = join(dirname(require.resolve('nx/package.json')), require('nx/package.json').bin.nx);
  const command = [nx, 'run-many', '-t', 'codegen'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: import.meta.dirname, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim());
  // Nx leaves files alone that are as they should be: from now on their times say so too.
  const now = new Date();
  for (const [generated] of stale) utimesSync(generated, now, now);
}

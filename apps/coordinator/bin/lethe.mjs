#!/usr/bin/env node
// The workspace's own command: makes sure that the program is what its sources say, then becomes it. In the package it is that program.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bringUpToDate, RUN_PROGRAMS } from '../../../bundle.mjs';

const require = createRequire(import.meta.url);
const inWorkspace = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** By the times of what is generated, so that the three seconds of asking Nx can be saved. */
function isGenerated() {
  const timeOf = (path) => statSync(inWorkspace(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return timeOf('libs/protocol/generated/lethe.js') >= timeOf('proto/lethe.proto')
    && timeOf('libs/optim/generated/kernels.wasm') >= timeOf('libs/optim/assembly/kernels.ts');
}

/** Quietly, unless it fails. */
function generate() {
  console.error('Preparing the generated code');
  const nx = join(dirname(require.resolve('nx/package.json')), require('nx/package.json').bin.nx);
  const command = [nx, 'run-many', '-t', 'codegen'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: inWorkspace('.'), encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout}${stderr}`.trim());
  process.exit(status ?? 1);
}

// A request for a checkpoint: there is no run yet that could make one, and it must not die of being asked.
process.on('SIGUSR2', () => undefined);
if (!isGenerated()) generate();
await bringUpToDate(RUN_PROGRAMS);
const entry = inWorkspace('apps/coordinator/dist/main.js');
process.argv[1] = entry;
await import(pathToFileURL(entry).href);

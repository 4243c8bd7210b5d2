#!/usr/bin/env node
// The workspace's own command: makes sure that the program is what its sources say, then becomes it. In the package it is that program.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bringUpToDate, RUN_PROGRAMS } from '../../../bundle.mjs';
import { bringGeneratedUpToDate } from '../../../generated-code.mjs';

const inWorkspace = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

// A request for a checkpoint: there is no run yet that could make one, and it must not die of being asked.
process.on('SIGUSR2', () => undefined);
try {
  bringGeneratedUpToDate((text) => console.error(text));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await bringUpToDate(RUN_PROGRAMS);
const entry = inWorkspace('apps/coordinator/dist/main.js');
process.argv[1] = entry;
await import(pathToFileURL(entry).href);

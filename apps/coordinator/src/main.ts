import { resolve } from 'node:path';
import { refuseOldNode } from './node-version.js';
import { CheckpointRequests } from './signals/checkpoint-requests.js';
import { endWithInput } from './signals/end-with-input.js';
import { userFolder } from './user-folder.js';

refuseOldNode();
/** Heard before anything else is read: a run that is only starting must not die of being asked for a checkpoint. */
const requests = new CheckpointRequests();
const { runCommandLine } = await import('./commands/run-command-line.js');
const { PLACED } = await import('@lethe/config');

// Whoever reads the output may stop reading; the run goes on, and ends as it should.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const words = process.argv.slice(2);
// A worker reads its standard input itself.
const isPlaced = words.at(-1) === PLACED && words[0] !== 'worker';
if (isPlaced) endWithInput(process.stdin);
const argv = isPlaced ? words.slice(0, -1) : words;
const folder = userFolder(argv, process.env, process.cwd());
// Processes of a run work in other folders, and are to find the same one.
const { LETHE_CACHE: cache } = process.env;
if (cache !== undefined && cache !== '') process.env['LETHE_CACHE'] = resolve(folder, cache);

process.exitCode = await runCommandLine(argv, {
  environment: process.env, setEnvironment: (variables) => { Object.assign(process.env, variables); }, folder, requests,
});

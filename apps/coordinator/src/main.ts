import { resolve } from 'node:path';
import { refuseOldNode } from './node-version.js';
import { CheckpointRequests } from './signals/checkpoint-requests.js';
import { userFolder } from './user-folder.js';

refuseOldNode();
/** Heard before anything else is read: a run that is only starting must not die of being asked for a checkpoint. */
const requests = new CheckpointRequests();
const { runCommandLine } = await import('./commands/run-command-line.js');
const { withoutPlaced } = await import('./signals/without-placed.js');

// Whoever reads the output may stop reading; the run goes on, and ends as it should.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const argv = withoutPlaced(process.argv.slice(2), process.stdin);
const folder = userFolder(argv, process.env, process.cwd());
// Processes of a run work in other folders, and are to find the same one.
const { LETHE_CACHE: cache } = process.env;
if (cache !== undefined && cache !== '') process.env['LETHE_CACHE'] = resolve(folder, cache);

process.exitCode = await runCommandLine(argv, {
  environment: process.env, setEnvironment: (variables) => { Object.assign(process.env, variables); }, folder, requests,
});

import { CheckpointRequests } from './signals/checkpoint-requests.js';

/** Heard before anything else is read: a run that is only starting must not die of being asked for a checkpoint. */
const requests = new CheckpointRequests();
const { runCommandLine } = await import('./commands/run-command-line.js');

// Whoever reads the output may stop reading; the run goes on, and ends as it should.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  // Nx and npm run this process elsewhere and name here the folder where the user typed.
  folder: process.env['INIT_CWD'] ?? process.cwd(),
  requests,
});

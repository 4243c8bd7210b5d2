import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import type { Command } from './command-line/command.js';
import { EXIT, exitCodeOf } from './command-line/exit-codes.js';
import { parseCommandLine } from './command-line/parse-command-line.js';
import { ownVersion } from './own-version.js';

/** Nx and npm run this process elsewhere and name here the folder where the user typed. */
const folder = process.env['INIT_CWD'] ?? process.cwd();

/** Commands are loaded when they are asked for, so that help and refusals come at once. */
async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
    case 'version':
      process.stdout.write(`${command.text.trimEnd()}\n`);
      return EXIT.ok;
    case 'train':
      return (await import('./commands/train.js')).runTrain(command, process.env);
    case 'grid':
      return (await import('./commands/grid.js')).runGrid(command, process.env);
    case 'checkpoint':
      return (await import('./commands/checkpoint.js')).runCheckpoint(command);
    case 'evaluate':
      return (await import('./commands/evaluate.js')).runEvaluate(command, process.env);
    case 'sweep':
      return (await import('./commands/sweep.js')).runSweep(command, process.env);
    case 'data':
      return (await import('./commands/data.js')).runData(command);
    case 'doctor':
      return (await import('./commands/doctor.js')).runDoctor(command, process.env);
    case 'worker':
      throw new LetheError('CONFIG_INVALID', 'worker: expected to be started as `npx lethe worker`, which starts its own process, found the coordinator');
  }
}

function report(error: unknown, argv: readonly string[]): void {
  const known = errorCode(error) !== undefined;
  const text = !known && error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
  const [name = ''] = argv;
  const command = ['train', 'profile', 'grid', 'checkpoint', 'evaluate', 'sweep', 'data', 'doctor', 'worker'].includes(name) ? ` ${name}` : '';
  const hint = errorCode(error) === 'CONFIG_INVALID' ? `\n(npx lethe${command} --help lists what can be said)` : '';
  process.stderr.write(`error: ${text}${hint}\n`);
}

// Whoever reads the output may stop reading; the run goes on, and ends as it should.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const argv = process.argv.slice(2);
try {
  process.exitCode = await run(parseCommandLine(argv, { folder, version: ownVersion() }));
} catch (error) {
  report(error, argv);
  process.exitCode = exitCodeOf(error);
}

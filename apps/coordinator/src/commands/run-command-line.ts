import { errorCode, errorMessage } from '@lethe/errors';
import type { Command, WorkerCommand } from '../command-line/command.js';
import { EXIT, exitCodeOf } from '@lethe/lethe/exit-codes';
import { ownVersion } from '@lethe/lethe/own-version';
import { printable } from '@lethe/telemetry/printable';
import { parseCommandLine } from '../command-line/parse-command-line.js';
import { COMMAND_NAMES } from '../command-line/typed-command.js';
import type { CheckpointRequests } from '../signals/checkpoint-requests.js';

/** What a command has of the process that runs it. */
export interface ProcessSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Sets variables of this process, for TensorFlow, which reads them when it is loaded. */
  readonly setEnvironment: (variables: Readonly<Record<string, string>>) => void;
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
  readonly requests: CheckpointRequests;
}

/** Commands that only read and write files. */
const COMPUTE_NOTHING: ReadonlySet<string> = new Set([
  'data', 'cache', 'checkpoint', 'runs', 'compare', 'status', 'cancel', 'new', 'help', 'version',
]);
/** Commands that still have something to do or to tell without TensorFlow. */
const COMPUTE_PERHAPS: ReadonlySet<string> = new Set(['grid', 'doctor', 'encode', 'export', 'predict', 'redraw']);

/** Runs what was typed, and writes what went wrong. @returns the exit code */
export async function runCommandLine(argv: readonly string[], surroundings: ProcessSurroundings): Promise<number> {
  try {
    const command = isForWorker(argv)
      ? { kind: 'worker' as const }
      : parseCommandLine(argv, { folder: surroundings.folder, version: ownVersion() });
    if (!COMPUTE_NOTHING.has(command.kind) && !asksForWasm(argv)) {
      const { prepareEngine } = await import('./prepare-engine.js');
      await prepareEngine(!COMPUTE_PERHAPS.has(command.kind), (line) => { process.stderr.write(`${printable(line)}\n`); });
    }
    if (command.kind === 'worker') return await (await import('./worker.js')).runWorker(argv.slice(1), surroundings);
    return await run(command, { ...surroundings, argv });
  } catch (error) {
    report(error, argv);
    return exitCodeOf(error);
  }
}

/** A worker reads its flags in its own process; only its help is known here. */
function isForWorker(argv: readonly string[]): boolean {
  return argv[0] === 'worker' && !argv.some((word) => word === '--help' || word === '-h');
}

/** Such a command does without TensorFlow. */
function asksForWasm(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === '--engine=wasm' || (word === '--engine' && argv[index + 1] === 'wasm'));
}

/** Commands are loaded when they are asked for, so that help and refusals come at once. */
async function run(
  command: Exclude<Command, WorkerCommand>,
  { argv, environment, setEnvironment, requests }: ProcessSurroundings & { readonly argv: readonly string[] },
): Promise<number> {
  switch (command.kind) {
    case 'help':
    case 'version':
      process.stdout.write(`${command.text.trimEnd()}\n`);
      return EXIT.ok;
    case 'train':
      return (await import('./train.js')).runTrain(command, { argv, environment, setEnvironment, requests });
    case 'new':
      return (await import('./new.js')).runNew(command);
    case 'grid':
      return (await import('./grid.js')).runGrid(command, environment);
    case 'checkpoint':
      return (await import('./checkpoint.js')).runCheckpoint(command);
    case 'evaluate':
      return (await import('./evaluate.js')).runEvaluate(command, environment);
    case 'export':
      return (await import('./export.js')).runExport(command, { environment, setEnvironment });
    case 'sweep':
      return (await import('./sweep.js')).runSweep(command, { argv, environment });
    case 'runs':
      return (await import('./runs.js')).runRuns(command);
    case 'compare':
      return (await import('./compare.js')).runCompare(command);
    case 'status':
      return (await import('./status.js')).runStatus(command, environment);
    case 'cancel':
      return (await import('./cancel.js')).runCancel(command, environment);
    case 'data':
      return (await import('./data.js')).runData(command, environment);
    case 'encode':
      return (await import('./encode.js')).runEncode(command, { environment, setEnvironment });
    case 'predict':
      return (await import('./predict.js')).runPredict(command, { environment, setEnvironment });
    case 'redraw':
      return (await import('./redraw.js')).runRedraw(command, { environment, setEnvironment });
    case 'cache':
      return (await import('./cache.js')).runCache(command, environment);
    case 'doctor':
      return (await import('./doctor.js')).runDoctor(command, environment);
  }
}

function report(error: unknown, argv: readonly string[]): void {
  const known = errorCode(error) !== undefined;
  const text = !known && error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
  const [name = ''] = argv;
  const command = COMMAND_NAMES.some((known) => known === name) ? ` ${name}` : '';
  const hint = errorCode(error) === 'CONFIG_INVALID' ? `\n(npx lethe${command} --help lists what can be said)` : '';
  process.stderr.write(`error: ${printable(text)}${hint}\n`);
}

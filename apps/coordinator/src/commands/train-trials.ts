import { openTrials, trainTrials, type RunSurroundings, type ThisMachine, type TrialsToTrain } from '@lethe/lethe';
import { formatTable } from '@lethe/telemetry';
import type { TrainCommand } from '../command-line/command.js';
import { exitCodeOfTrials, watchOnTerminal } from './trials-on-terminal.js';

interface Surroundings { readonly machine: ThisMachine; readonly environment: RunSurroundings['environment'] }

/** Plays the runs, as many at once as the machine allows, and says what they came to together. */
export async function runTrials(several: TrialsToTrain, command: TrainCommand, { machine, environment }: Surroundings): Promise<number> {
  const folder = await openTrials(several, command, { machine, onNotice: (line) => { process.stdout.write(`${line}\n`); } });
  if (several.kind !== 'resumed') {
    const { trials, trialsAtOnce } = await folder.read();
    const order = trialsAtOnce === 1 ? 'one after another' : `${trialsAtOnce} at once`;
    process.stdout.write(`${trials.length} runs, ${order}, in ${folder.folder}\n`);
  }
  const [, program = ''] = process.argv;
  const watcher = watchOnTerminal(command.quiet);
  const { run, tables, notes } = await trainTrials(folder, command, { machine, environment, program, watcher });
  for (const line of [...tables.flatMap(formatTable), ...notes]) process.stdout.write(`${line}\n`);
  return exitCodeOfTrials(run);
}

import { lookAtThisMachine, openSweep, resultFiles, sweep, tableOfTrials } from '@lethe/lethe';
import { formatTable } from '@lethe/telemetry';
import type { SweepCommand } from '../command-line/command.js';
import { exitCodeOfTrials, watchOnTerminal } from './trials-on-terminal.js';
import type { Environment } from './train.js';

/** Plays many configurations side by side, each as a run of its own, and says which are best. */
export async function runSweep(command: SweepCommand, environment: Environment): Promise<number> {
  const machine = await lookAtThisMachine(environment);
  const folder = await openSweep(command, { machine, onNotice: (line) => { process.stdout.write(`${line}\n`); } });
  if (command.resume === null) {
    const { trials, trialsAtOnce } = await folder.read();
    process.stdout.write(`${trials.length} trials, ${trialsAtOnce} at once, in ${folder.folder}\n`);
  }
  const [, program = ''] = process.argv;
  const { run, best, notes, bestBy } = await sweep(folder, command, { machine, environment, program, watcher: watchOnTerminal(false) });
  const lines = [...formatTable(tableOfTrials(run.trials)), ...notes, ...resultFiles(folder, command.folder)];
  for (const line of lines) process.stdout.write(`${line}\n`);
  const whyNone = bestBy === null ? '--best says by which figure' : `none that is completed has a finite ${bestBy.figure}`;
  process.stdout.write(best === null ? `no trial is named the best: ${whyNone}\n` : `best: ${best}\n`);
  return exitCodeOfTrials(run);
}

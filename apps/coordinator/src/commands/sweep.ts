import { relative } from 'node:path';
import { checkSweep, sweep } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatTable } from '@lethe/telemetry';
import type { SweepCommand } from '../command-line/command.js';
import { goesOn, isToSubmit, requeueIfWarned } from './job.js';
import type { Environment } from './on-examples.js';
import { submitSweep, type SweepSurroundings } from './sweep-job.js';
import { checkedText, sweepOptions, triedBy } from './sweep-options.js';
import { exitCodeOfTrials, watchOnTerminal } from './trials-on-terminal.js';

/** Plays many configurations side by side, each as a run of its own, and says which are best. */
export async function runSweep(typed: SweepCommand, { argv, environment }: SweepSurroundings): Promise<number> {
  const command = goingOn(typed, environment);
  if (isToSubmit(command.placing, environment)) return submitSweep(command, { argv, environment });
  if (command.dryRun) return describeSweep(command, environment);
  let signal: string | null = null;
  const watching = { isQuiet: false, isOne: command.jobArray, onSignal: (name: string) => { signal = name; } };
  const results = await watchOnTerminal(watching, (listeners) => ({
    several: sweep(triedBy(command), { ...sweepOptions(command, environment), ...listeners }),
    onOpened: ({ folder, trials, trialsAtOnce }) => {
      if (command.resume === null) process.stdout.write(`${trials.length} trials, ${trialsAtOnce} at once, in ${folder}\n`);
    },
  }));
  await requeueIfWarned(command.placing, results.isInterrupted ? signal : null, {
    environment, notice: (line) => { process.stdout.write(`${line}\n`); },
  });
  const { table, notes, files, best, bestBy } = results;
  const lines = [...formatTable(table), ...notes, ...files.map((file) => relative(command.folder, file))];
  for (const line of lines) process.stdout.write(`${line}\n`);
  const whyNone = bestBy === null ? '--best says by which figure' : `none that is completed has a finite ${bestBy.figure}`;
  process.stdout.write(best === null ? `no trial is named the best: ${whyNone}\n` : `best: ${best}\n`);
  return exitCodeOfTrials(results);
}

/** A sweep that a job has begun before goes on as it was begun. */
function goingOn(command: SweepCommand, environment: Environment): SweepCommand {
  const again = goesOn(command, environment, 'sweep.json');
  if (again === null) return command;
  if (command.resume !== null) return { ...command, breakLock: again.breakLock };
  return { ...command, ...again, name: null, space: {}, configFile: null, listFile: null, random: null, halving: null, best: null };
}

/** Says what a sweep would try. */
async function describeSweep(command: SweepCommand, environment: Environment): Promise<number> {
  const checked = await checkSweep(triedBy(command), sweepOptions(command, environment));
  process.stdout.write(checkedText(checked, command, null));
  return EXIT.ok;
}

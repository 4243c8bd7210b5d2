import { relative } from 'node:path';
import { sweep, type SweepOptions, type SweepSettings } from '@lethe/lethe';
import { formatTable } from '@lethe/telemetry';
import type { SweepCommand } from '../command-line/command.js';
import { commonOptions } from './options.js';
import { placingOptions } from './placing.js';
import { exitCodeOfTrials, watchOnTerminal } from './trials-on-terminal.js';
import type { Environment } from './on-examples.js';

/** Plays many configurations side by side, each as a run of its own, and says which are best. */
export async function runSweep(command: SweepCommand, environment: Environment): Promise<number> {
  const results = await watchOnTerminal({ isQuiet: false }, (listeners) => ({
    several: sweep(triedBy(command), { ...sweepOptions(command, environment), ...listeners }),
    onOpened: ({ folder, trials, trialsAtOnce }) => {
      if (command.resume === null) process.stdout.write(`${trials.length} trials, ${trialsAtOnce} at once, in ${folder}\n`);
    },
  }));
  const { table, notes, files, best, bestBy } = results;
  const lines = [...formatTable(table), ...notes, ...files.map((file) => relative(command.folder, file))];
  for (const line of lines) process.stdout.write(`${line}\n`);
  const whyNone = bestBy === null ? '--best says by which figure' : `none that is completed has a finite ${bestBy.figure}`;
  process.stdout.write(best === null ? `no trial is named the best: ${whyNone}\n` : `best: ${best}\n`);
  return exitCodeOfTrials(results);
}

function sweepOptions(command: SweepCommand, environment: Environment): SweepOptions {
  const { configFile, listFile, random, trialsAtOnce, halving, best, name, resume, resumedData: data } = command;
  return {
    ...commonOptions(command, environment), ...placingOptions(command.placing), drawSeed: command.drawSeed, breakLock: command.breakLock,
    configFile: configFile ?? undefined, listFile: listFile ?? undefined, random: random ?? undefined,
    trialsAtOnce: trialsAtOnce ?? undefined, halving: halving ?? undefined, best: best ?? undefined, name: name ?? undefined,
    resume: resume ?? undefined, dataDir: data.folder ?? undefined, unpackedGiB: data.unpackedGiB ?? undefined,
  };
}

/** What is tried, which a sweep that goes on knows itself. */
function triedBy({ space, resume }: SweepCommand): SweepSettings {
  const tried = Object.entries(space).map(([path, candidates]) => (
    [path, candidates.kind === 'range' ? { low: candidates.low, high: candidates.high } : candidates.values]
  ));
  return resume === null ? Object.fromEntries(tried) as SweepSettings : {};
}

import { basename, relative } from 'node:path';
import { checkSweep, sweep, type SweepOptions, type SweepSettings } from '@lethe/lethe';
import { formatTable } from '@lethe/telemetry';
import type { SweepCommand } from '../command-line/command.js';
import { expectNumber, goesOn, isToSubmit, jobOf, nameNow, requeueIfWarned, runSubmit, wordsInJob } from './job.js';
import { commonOptions } from './options.js';
import { placingOptions } from './placing.js';
import { exitCodeOfTrials, watchOnTerminal } from './trials-on-terminal.js';
import type { Environment } from './on-examples.js';

/** What a sweep has of the process that plays it. */
interface Surroundings {
  /** What was typed. */
  readonly argv: readonly string[];
  readonly environment: Environment;
}

/** Plays many configurations side by side, each as a run of its own, and says which are best. */
export async function runSweep(typed: SweepCommand, { argv, environment }: Surroundings): Promise<number> {
  const command = goingOn(typed, environment);
  if (isToSubmit(command.placing, environment)) return submitSweep(command, { argv, environment });
  let signal: string | null = null;
  const results = await watchOnTerminal({ isQuiet: false, onSignal: (name) => { signal = name; } }, (listeners) => ({
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
  return { ...command, ...again, name: null, space: {}, configFile: null, listFile: null, random: null, halving: null, best: null };
}

/** Has a job play a sweep, once all of its runs are checked. */
async function submitSweep(command: SweepCommand, { argv, environment }: Surroundings): Promise<number> {
  const { resume, placing: { coresPerWorker, gpusPerWorker = 0, job: { scriptOut } }, folder, space, trialsAtOnce } = command;
  const name = resume === null ? command.name ?? `sweep-${nameNow()}` : basename(resume);
  const said = space['cluster.workers'];
  const most = said?.kind === 'values' ? said.values.map(Number).sort((a, b) => b - a)[0] : undefined;
  const workers = expectNumber(most, "each run's workers");
  if (resume === null) await checkSweep(triedBy(command), { ...sweepOptions(command, environment), name });
  return runSubmit({
    ...jobOf(command, environment), name, tasks: trialsAtOnce ?? 1, words: wordsInJob(argv, name, resume ?? undefined),
    coresPerTask: coresPerWorker === undefined ? null : coresPerWorker * workers, gpusPerTask: gpusPerWorker * workers,
  }, { folder, scriptOut });
}

function sweepOptions(command: SweepCommand, environment: Environment): SweepOptions {
  const { configFile, listFile, random, trialsAtOnce, halving, best, name, resume, resumedData: data } = command;
  return {
    ...commonOptions(command, environment), ...placingOptions(command.placing, environment),
    drawSeed: command.drawSeed, breakLock: command.breakLock,
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

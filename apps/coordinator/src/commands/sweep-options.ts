import { shown } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { slurmTask, type CheckedSweep, type SweepOptions, type SweepSettings } from '@lethe/lethe';
import { formatTable } from '@lethe/telemetry';
import type { SweepCommand } from '../command-line/command.js';
import { isToSubmit } from './job.js';
import type { Environment } from './on-examples.js';
import { commonOptions } from './options.js';
import { placingOptions } from './placing.js';

/** The trial of the task that this process is. @throws LetheError PLACEMENT_FAILED if it is none */
function trialOf({ jobArray, dryRun, placing }: SweepCommand, environment: Environment): number | undefined {
  if (!jobArray || dryRun || isToSubmit(placing, environment)) return undefined;
  const task = slurmTask(environment);
  if (task !== null) return task;
  const advice = 'a job array is submitted from outside of jobs';
  throw new LetheError('PLACEMENT_FAILED', `--job-array: expected to be in a task of one, found a job that has none; ${advice}`);
}

/** What a command says of a sweep, but for what is tried. @throws LetheError PLACEMENT_FAILED outside of the task that it asks for */
export function sweepOptions(command: SweepCommand, environment: Environment): SweepOptions {
  const { configFile, listFile, random, trialsAtOnce, halving, best, name, resume, resumedData: data } = command;
  return {
    ...commonOptions(command, environment), ...placingOptions(command.placing, environment),
    drawSeed: command.drawSeed, breakLock: command.breakLock, trial: trialOf(command, environment),
    configFile: configFile ?? undefined, listFile: listFile ?? undefined, random: random ?? undefined,
    trialsAtOnce: trialsAtOnce ?? undefined, halving: halving ?? undefined, best: best ?? undefined, name: name ?? undefined,
    resume: resume ?? undefined, dataDir: data.folder ?? undefined, unpackedGiB: data.unpackedGiB ?? undefined,
  };
}

/** What is tried, which a sweep that goes on knows itself. */
export function triedBy({ space, resume }: SweepCommand): SweepSettings {
  const tried = Object.entries(space).map(([path, candidates]) => (
    [path, candidates.kind === 'range' ? { low: candidates.low, high: candidates.high } : candidates.values]
  ));
  return resume === null ? Object.fromEntries(tried) as SweepSettings : {};
}

/** What a sweep would try, and the script of the job that would play it (null: none would), as it is printed. */
export function checkedText(
  checked: CheckedSweep, said: Pick<SweepCommand, 'jobArray' | 'trialsAtOnce' | 'json'>, script: string | null,
): string {
  if (said.json) return `${JSON.stringify({ ...checked, ...(script === null ? {} : { script }) }, null, 2)}\n`;
  return [...checkedLines(checked, said), ...(script === null ? [] : ['', script])].map((line) => `${line}\n`).join('');
}

/** What a sweep would try, a line for each trial below a head. */
function checkedLines({ trials, trialsAtOnce }: CheckedSweep, said: Pick<SweepCommand, 'jobArray' | 'trialsAtOnce'>): string[] {
  const atOnce = said.jobArray && said.trialsAtOnce === null ? 'as many at once as there is room for' : `${trialsAtOnce} at once`;
  const settings = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))]
    .filter((path) => new Set(trials.map(({ values }) => shown(values[path]))).size > 1);
  const rows = trials.map(({ name, values }) => [name, ...settings.map((path) => shown(values[path]))]);
  return [`${trials.length} trials, ${atOnce}`, ...formatTable([['trial', ...settings], ...rows])];
}

import { join } from 'node:path';
import { problemsError, shown, type RunConfig } from '@lethe/config';
import type { TrainCommand } from '../command-line/command.js';
import { newRunConfig } from '../command-line/train-config.js';
import { planComparison } from '../comparison/plan-comparison.js';
import { writeComparison } from '../comparison/comparison-results.js';
import { aligned } from '../sweep/aligned.js';
import { exitCodeOfTrials, playTrials, type TrialSurroundings } from '../sweep/play-trials.js';
import { findSeveralRuns } from '../sweep/find-several-runs.js';
import { nameOfNow, SweepFolder } from '../sweep/sweep-folder.js';
import { machineOf, type ThisMachine } from '../this-machine.js';

/** What is needed to compare: a new folder's settings, or a folder to go on with. */
type Request = { readonly kind: 'new'; readonly config: RunConfig } | { readonly kind: 'resumed'; readonly folder: SweepFolder };

/** Whether several runs were asked for, to be compared. @throws LetheError CONFIG_INVALID for seeds of a single run, RUN_MISSING to go on with a sweep */
export async function requestedComparison(command: TrainCommand, machine: ThisMachine): Promise<Request | null> {
  if (command.resume !== null) {
    const folder = await findSeveralRuns(command.resume, 'train', command);
    if (folder !== null && Object.keys(command.flags.values).length > 0) {
      throw problemsError([{ where: '--resume', expected: 'no settings for several runs, which keep those that they were begun with', found: shown(command.flags.values) }]);
    }
    return folder === null ? null : { kind: 'resumed', folder };
  }
  const { config } = newRunConfig(command, machineOf(machine));
  if (config.data.domains?.training === 'each') return { kind: 'new', config };
  if (command.seeds !== null) throw problemsError([{ where: '--seeds', expected: 'it only where runs are compared (--training each); --seed is that of one run', found: command.seeds.join() }]);
  return null;
}

/** Plays a run of each kind from each seed, one after another, and says what adaptation is worth. */
export async function runComparison(request: Request, command: TrainCommand, surroundings: TrialSurroundings): Promise<number> {
  const folder = request.kind === 'resumed' ? request.folder : await begin(request.config, command);
  const lock = await folder.lock();
  try {
    const run = await playTrials(folder, await folder.read(), surroundings);
    const { tables, notes } = await writeComparison(folder, run.trials, command.folder);
    for (const line of [...tables.flatMap(aligned), ...notes]) process.stdout.write(`${line}\n`);
    return exitCodeOfTrials(run);
  } finally {
    await lock.release();
  }
}

async function begin(config: RunConfig, { seeds, runsFolder, runName }: TrainCommand): Promise<SweepFolder> {
  const planned = await planComparison(config, seeds ?? [config.seed]);
  const folder = await SweepFolder.create(join(runsFolder, runName ?? nameOfNow(config.recipe)));
  await folder.begin(planned, { kind: 'comparison', trialsAtOnce: 1, halving: null, best: null });
  process.stdout.write(`${planned.length} runs, one after another, in ${folder.folder}\n`);
  return folder;
}

import { join } from 'node:path';
import type { SweepCommand } from '../command-line/command.js';
import { aligned } from '../sweep/aligned.js';
import { checkFigures } from '../sweep/check-figures.js';
import { checkSlots } from '../sweep/check-slots.js';
import { findSweep } from '../sweep/find-several-runs.js';
import { planTrials } from '../sweep/plan-trials.js';
import { exitCodeOfTrials, playTrials, type TrialSurroundings } from '../sweep/play-trials.js';
import { slotGpus } from '../sweep/slot-gpus.js';
import { nameOfNow, SweepFolder } from '../sweep/sweep-folder.js';
import { resultFiles, tableOf, writeResults } from '../sweep/sweep-results.js';
import { lookAtThisMachine, machineOf, type ThisMachine } from '../this-machine.js';
import type { Environment } from './train.js';

/** Plays many configurations side by side, each as a run of its own, and says which are best. */
export async function runSweep(command: SweepCommand, environment: Environment): Promise<number> {
  const machine = await lookAtThisMachine(environment);
  const folder = command.resume === null ? await beginSweep(command, machine) : await findSweep(command.resume, command);
  const lock = await folder.lock(command);
  try {
    return await playSweep(folder, command, { gpus: machine.gpus, cores: machine.cores, environment, data: command.resumedData, isQuiet: false });
  } finally {
    await lock.release();
  }
}

async function playSweep(folder: SweepFolder, command: SweepCommand, surroundings: TrialSurroundings): Promise<number> {
  const found = await folder.read();
  const state = { ...found, trialsAtOnce: command.trialsAtOnce ?? found.trialsAtOnce };
  const run = await playTrials(folder, state, surroundings);
  const best = await writeResults(folder, state, run.trials, command.folder);
  for (const line of aligned(tableOf(run.trials))) process.stdout.write(`${line}\n`);
  for (const file of resultFiles(folder, command.folder)) process.stdout.write(`${file}\n`);
  if (best !== null) process.stdout.write(`best: ${best}\n`);
  else process.stdout.write(`no trial is named the best: ${state.best === null ? '--best says by which figure' : `none that is completed has a finite ${state.best.figure}`}\n`);
  return exitCodeOfTrials(run);
}

async function beginSweep(command: SweepCommand, machine: ThisMachine): Promise<SweepFolder> {
  const place = join(command.runsFolder, command.name ?? nameOfNow('sweep'));
  await SweepFolder.expectRoom(place);
  const planned = planTrials(command, machineOf(machine));
  const best = await checkFigures(planned, command);
  const trialsAtOnce = command.trialsAtOnce ?? 1;
  // Before its folder is there.
  const clusters = planned.map(({ config }) => config.cluster);
  checkSlots(clusters, trialsAtOnce, machine.cores);
  slotGpus(machine.gpus, trialsAtOnce, clusters);
  const folder = await SweepFolder.create(place);
  await folder.begin(planned, { kind: 'sweep', trialsAtOnce, halving: command.halving, best });
  process.stdout.write(`${planned.length} trials, ${trialsAtOnce} at once, in ${folder.folder}\n`);
  return folder;
}

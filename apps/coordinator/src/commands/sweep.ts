import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { isNativeReady, listGpus } from '@lethe/tensorflow';
import { TrialsReporter } from '@lethe/telemetry';
import type { Machine } from '@lethe/config';
import { isDone, type Trial } from '@lethe/sweep';
import type { SweepCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import { planTrials } from '../sweep/plan-trials.js';
import { SweepFolder } from '../sweep/sweep-folder.js';
import { resultFiles, tableOf, writeResults } from '../sweep/sweep-results.js';
import { SweepRun } from '../sweep/sweep-run.js';
import type { SweepState } from '../sweep/sweep-state.js';
import type { Environment } from './train.js';

/** Plays many configurations side by side, each as a run of its own, and says which are best. */
export async function runSweep(command: SweepCommand, environment: Environment): Promise<number> {
  const gpus = await listGpus();
  const machine: Machine = { cores: availableParallelism(), gpus: gpus.length, engine: isNativeReady() ? 'native' : 'wasm' };
  const folder = command.resume === null ? await beginSweep(command, machine) : openSweep(command.resume, command);
  const lock = await folder.lock();
  try {
    return await playSweep(folder, command, [...gpus.keys()], environment);
  } finally {
    await lock.release();
  }
}

async function playSweep(folder: SweepFolder, command: SweepCommand, gpus: readonly number[], environment: Environment): Promise<number> {
  const found = await folder.read();
  const state = { ...found, trialsAtOnce: command.trialsAtOnce ?? found.trialsAtOnce };
  const reporter = new TrialsReporter(process.stdout);
  const run = new SweepRun({
    folder, state,
    environments: Array.from({ length: state.trialsAtOnce }, (_, slot) => slotEnvironment(environment, gpus, { slot, slots: state.trialsAtOnce })),
    onChange: (trial, trials) => { show(trial, trials, reporter); },
  });
  const interrupt = (): void => {
    reporter.notice('ending the trials that run, with a checkpoint (again: at once)');
    run.interrupt();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    await run.play();
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
    reporter.close();
  }
  const best = await writeResults(folder, state, run.trials, command.folder);
  for (const line of aligned(tableOf(run.trials))) process.stdout.write(`${line}\n`);
  for (const file of resultFiles(folder, command.folder)) process.stdout.write(`${file}\n`);
  if (best !== null) process.stdout.write(`best: ${best}\n`);
  if (run.isInterrupted) return EXIT.interrupted;
  return run.trials.some(({ state: ended }) => ended === 'failed') ? EXIT.failed : EXIT.ok;
}

async function beginSweep(command: SweepCommand, machine: Machine): Promise<SweepFolder> {
  const planned = planTrials(command, machine);
  const name = command.name ?? `sweep-${new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')}`;
  const folder = await SweepFolder.create(join(command.runsFolder, name));
  const trials = planned.map(({ key, values, config }, index): Trial => ({ name: String(index + 1).padStart(3, '0'), key, values, epochs: config.epochs ?? 1, state: 'waiting', attempts: 0, figures: {}, message: '' }));
  for (const [index, { name: trial }] of trials.entries()) {
    const config = planned[index]?.config;
    if (config !== undefined) await folder.writeConfig(trial, config);
  }
  const state: SweepState = { trialsAtOnce: command.trialsAtOnce ?? 1, halving: command.halving, best: command.best, trials };
  await folder.write(state);
  process.stdout.write(`${trials.length} trials, ${state.trialsAtOnce} at once, in ${folder.folder}\n`);
  return folder;
}

function openSweep(name: string, { folder: userFolder, runsFolder }: SweepCommand): SweepFolder {
  return SweepFolder.open(/[/\\]/.test(name) ? resolve(userFolder, name) : join(runsFolder, name));
}

/** Slots share the GPUs: slot s of S gets every S-th one; without GPUs there is nothing to share out. */
function slotEnvironment(environment: Environment, gpus: readonly number[], { slot, slots }: { slot: number; slots: number }): Environment {
  if (gpus.length === 0) return environment;
  const mine = gpus.filter((_, index) => index % Math.min(slots, gpus.length) === slot % gpus.length);
  return { ...environment, CUDA_VISIBLE_DEVICES: mine.join(',') };
}

/** Every column as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}

function show(trial: Trial, trials: readonly Trial[], reporter: TrialsReporter): void {
  const { name, state, figures, message } = trial;
  const settings = Object.entries(trial.values).filter(([path, value]) => trials.some(({ values }) => values[path] !== value)).map(([path, value]) => `${path.split('.').at(-1) ?? path} ${String(value)}`).join(', ');
  const reached = Object.entries(figures).filter(([figure]) => figure.startsWith('held_out/')).map(([figure, value]) => `${figure.slice('held_out/'.length)} ${value.toPrecision(4)}`).join('  ');
  if (state === 'running') reporter.update({ name, text: `${settings}  ${reached}`, epoch: figures['epochs'] ?? 0, totalEpochs: trial.epochs });
  else if (isDone(trial)) reporter.end(name, `${name}  ${state}  ${settings}  ${reached}${message === '' ? '' : `  ${message}`}  (${trials.filter(isDone).length} of ${trials.length} done)`);
  else reporter.end(name, `${name}  waits to go on  ${settings}${message === '' ? '' : `  ${message}`}`);
}

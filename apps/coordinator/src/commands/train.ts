import { availableParallelism } from 'node:os';
import type { TrainCommand } from '../command-line/command.js';
import { findRunFolder } from '../command-line/find-run-folder.js';
import { newRunConfig } from '../command-line/train-config.js';

/** Checks everything that was asked for; the run itself is not wired yet. */
export async function runTrain(command: TrainCommand): Promise<number> {
  if (command.resume !== null) throw new Error(`resuming ${findRunFolder(command.resume, command)} is not wired yet`);
  const { warnings } = newRunConfig(command, { cores: availableParallelism(), gpus: 0, engine: 'native' });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  throw new Error('training is not wired yet');
}

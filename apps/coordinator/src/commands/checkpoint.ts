import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newestCheckpoint } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { RunFolder } from '@lethe/run-folder';
import type { CheckpointCommand } from '../command-line/command.js';
import { findRunFolder } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { CHECKPOINT_SIGNAL } from '../signals/checkpoint-requests.js';

const LOOK_MS = 50;
/** An evaluation may lie between the request and the end of the round. */
const PATIENCE_MS = 120_000;

/** Asks the process that plays a run for a checkpoint and waits until it is written. */
export async function runCheckpoint(command: CheckpointCommand): Promise<number> {
  const run = RunFolder.at(findRunFolder(command.run, command));
  const before = await newest(run);
  const processId = await run.coordinatorProcess();
  if (processId === null)
    throw new LetheError('RUN_MISSING', `${command.run}: expected a run that is going on on this machine, found that nobody plays it`);
  if (before !== null && (await run.isOver())) {
    process.stderr.write(`${command.run}: all rounds are played, and what they came to is being measured; its last checkpoint:\n`);
    return found(before, command);
  }
  ask(processId, command);
  const isNew = (checkpoint: Newest | null): checkpoint is Newest => checkpoint !== null && checkpoint.writtenMs !== before?.writtenMs;
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    // In this order: one that it made last is there when it is gone.
    const isGone = (await run.coordinatorProcess()) !== processId;
    const checkpoint = await newest(run);
    if (isNew(checkpoint)) return found(checkpoint, command);
    if (isGone) throw new LetheError('PROCESS_DIED', `${command.run}: the run ended before it made a checkpoint`);
    await sleep(LOOK_MS);
  }
  throw new LetheError(
    'DEADLINE_EXCEEDED',
    `${command.run}: process ${processId} was asked and has made no checkpoint within ${PATIENCE_MS / 1000} s; ` +
    `if it lives, it makes one after the round under way`,
  );
}

function ask(processId: number, { run }: CheckpointCommand): void {
  try {
    process.kill(processId, CHECKPOINT_SIGNAL);
  } catch (error) {
    throw new LetheError('PROCESS_DIED', `${run}: process ${processId}, which plays it, cannot be asked`, { cause: error });
  }
}

function found({ file }: Newest, { folder }: CheckpointCommand): number {
  process.stdout.write(`${relative(folder, file)}\n`);
  return EXIT.ok;
}

interface Newest {
  readonly file: string;
  readonly writtenMs: number;
}

async function newest(run: RunFolder): Promise<Newest | null> {
  const name = await newestCheckpoint(run.checkpoints);
  if (name === null) return null;
  const file = join(run.checkpoints, name);
  return { file, writtenMs: (await stat(file)).mtimeMs };
}

import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LetheError } from '@lethe/errors';
import { lookAtRun, type WrittenCheckpoint } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { CheckpointCommand } from '../command-line/command.js';
import { CHECKPOINT_SIGNAL } from '../signals/checkpoint-requests.js';

const LOOK_MS = 50;
/** An evaluation may lie between the request and the end of the round. */
const PATIENCE_MS = 120_000;

/** Asks the process that plays a run for a checkpoint and waits until it is written. */
export async function runCheckpoint(command: CheckpointCommand): Promise<number> {
  const places = { folder: command.folder, runsDir: command.runsFolder };
  const { folder: run, processId, isOver, newestCheckpoint: before } = await lookAtRun(command.run, places);
  if (processId === null)
    throw new LetheError('RUN_MISSING', `${command.run}: expected a run that is going on on this machine, found that nobody plays it`);
  if (before !== null && isOver) {
    process.stderr.write(`${command.run}: all rounds are played, and what they came to is being measured; its last checkpoint:\n`);
    return found(before, command);
  }
  ask(processId, command);
  const isNew = (checkpoint: WrittenCheckpoint | null): checkpoint is WrittenCheckpoint => (
    checkpoint !== null && checkpoint.writtenMs !== before?.writtenMs
  );
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const now = await lookAtRun(run, places);
    if (isNew(now.newestCheckpoint)) return found(now.newestCheckpoint, command);
    if (now.processId !== processId) throw new LetheError('PROCESS_DIED', `${command.run}: the run ended before it made a checkpoint`);
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

function found({ file }: WrittenCheckpoint, { folder }: CheckpointCommand): number {
  process.stdout.write(`${relative(folder, file)}\n`);
  return EXIT.ok;
}

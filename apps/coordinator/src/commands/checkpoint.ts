import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newestCheckpoint } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { RunFolder } from '@lethe/run-folder';
import type { CheckpointCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import { findRunFolder } from '../command-line/find-run-folder.js';
import { CHECKPOINT_SIGNAL } from '../run/checkpoint-requests.js';

const LOOK_MS = 50;
/** An evaluation may lie between the request and the end of the round. */
const PATIENCE_MS = 120_000;

/** Asks the process that plays a run for a checkpoint and waits until it is written. */
export async function runCheckpoint(command: CheckpointCommand): Promise<number> {
  const run = RunFolder.at(findRunFolder(command.run, command));
  const before = await newest(run);
  const processId = await run.coordinatorProcess();
  if (processId === null) throw new LetheError('RUN_MISSING', `${command.run}: expected a run that is going on on this machine, found that nobody plays it`);
  process.kill(processId, CHECKPOINT_SIGNAL);
  const deadline = performance.now() + PATIENCE_MS;
  for (let found = before; performance.now() < deadline; found = await newest(run)) {
    if (found !== null && found.writtenMs !== before?.writtenMs) {
      process.stdout.write(`${relative(command.folder, found.file)}\n`);
      return EXIT.ok;
    }
    if ((await run.coordinatorProcess()) !== processId) throw new LetheError('PROCESS_DIED', `${command.run}: the run ended before it made a checkpoint`);
    await sleep(LOOK_MS);
  }
  throw new LetheError('DEADLINE_EXCEEDED', `${command.run}: process ${processId} made no checkpoint within ${PATIENCE_MS / 1000} s`);
}

async function newest(run: RunFolder): Promise<{ file: string; writtenMs: number } | null> {
  const name = await newestCheckpoint(run.checkpoints);
  if (name === null) return null;
  const file = join(run.checkpoints, name);
  return { file, writtenMs: (await stat(file)).mtimeMs };
}

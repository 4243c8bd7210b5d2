import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LetheError } from '@lethe/errors';
import { RunFolder, RunLock } from '@lethe/run-folder';
import type { DataReading } from '../requests.js';
import type { TrialsFolder } from './trials-folder.js';

/** What a trial still needs, by what lies in its folder: a command of `lethe`, the end of the process that plays it, or nothing. */
export type TrialStep =
  | { readonly kind: 'train' | 'evaluate'; readonly argv: readonly string[] }
  | { readonly kind: 'wait'; readonly processId: number }
  | { readonly kind: 'none' };

/**
 * The next step of a trial. Whatever it has reached is gone on with: nothing that holds a checkpoint is ever removed.
 * @throws LetheError RUN_LOCKED if a process on another host may be playing it
 */
export async function nextStep(folder: TrialsFolder, trial: string, data: DataReading): Promise<TrialStep> {
  const run = RunFolder.at(folder.runFolder(trial));
  const processId = await run.coordinatorProcess();
  if (processId !== null) return { kind: 'wait', processId };
  const place = ['--runs-dir', folder.trials, ...flagsOf(data)];
  if (!existsSync(join(run.folder, 'config.json'))) {
    await clear(run);
    return { kind: 'train', argv: ['train', '--config', folder.configFile(trial), '--name', trial, ...place, '--quiet'] };
  }
  if ((await folder.summary(trial))?.isComplete !== true) return { kind: 'train', argv: ['train', '--resume', trial, ...place, '--quiet'] };
  const { evaluation, cluster } = await folder.config(trial);
  if (!evaluation || (await folder.evaluation(trial)) !== null) return { kind: 'none' };
  return {
    kind: 'evaluate',
    argv: [
      'evaluate',
      trial,
      ...place,
      '--workers',
      String(Math.max(1, cluster.workers)),
      ...(cluster.oversubscribe ? ['--oversubscribe'] : []),
    ],
  };
}

function flagsOf({ folder, unpackedGiB }: DataReading): string[] {
  return [...(folder === null ? [] : ['--data-dir', folder]), ...(unpackedGiB === null ? [] : ['--unpacked-gib', String(unpackedGiB)])];
}

/** Makes room for a run that was killed before it had written down what it is. */
async function clear({ folder, checkpoints }: RunFolder): Promise<void> {
  if (!existsSync(folder)) return;
  const kept = await readdir(checkpoints).catch((error: unknown): string[] => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new LetheError('CHECKPOINT_INVALID', `${checkpoints} cannot be read`, { cause: error });
  });
  if (kept.length > 0) throw new LetheError('RUN_MISSING', `${folder}: expected config.json beside its checkpoints, found none`);
  await RunLock.acquire(join(folder, 'lock'), folder);
  await rm(folder, { recursive: true });
}

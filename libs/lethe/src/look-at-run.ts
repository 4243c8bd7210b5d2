import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { newestCheckpoint } from '@lethe/checkpoint';
import { RunFolder } from '@lethe/run-folder';
import { placesOf, type PlaceOptions } from './common-options.js';
import { findRunFolder } from './run/find-run-folder.js';

/** A run as it is at this moment. */
export interface RunAtThisMoment {
  /** Absolute path. */
  readonly folder: string;
  /** The process of this machine that plays it; null: none does. */
  readonly processId: number | null;
  /** Whether all of its rounds are played: it makes no checkpoint any more, and may still be measured. */
  readonly isOver: boolean;
  /** Null: it has made none. */
  readonly newestCheckpoint: WrittenCheckpoint | null;
}

/** A checkpoint and when it was written. */
export interface WrittenCheckpoint {
  /** Absolute path. */
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly writtenMs: number;
}

/**
 * Says whether a run is played on this machine, and how far it has got. It reads little, for whoever asks again and again: `openRun` reads
 * all of a run.
 *
 * @param run its folder, or its name below `runsDir`
 * @throws LetheError RUN_MISSING, CHECKPOINT_INVALID
 */
export async function lookAtRun(run: string, options: PlaceOptions = {}): Promise<RunAtThisMoment> {
  const folder = RunFolder.at(findRunFolder(run, placesOf(options)));
  // In this order: the checkpoint that a process made last is there when the process is gone.
  const processId = await folder.coordinatorProcess();
  const isOver = await folder.isOver();
  const name = await newestCheckpoint(folder.checkpoints);
  const file = join(folder.checkpoints, name ?? '');
  return {
    folder: folder.folder, processId, isOver,
    newestCheckpoint: name === null ? null : { file, writtenMs: (await stat(file)).mtimeMs },
  };
}

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { gridColumns, gridRows } from '@lethe/evaluation';
import { expectWritableFile } from '@lethe/run-folder';
import { checkpointRequest, type CheckpointOptions } from './checkpoint-options.js';
import { surroundingsOf, tell } from './common-options.js';
import { encodeRunGrid, gridFile } from './evaluation/grid-picture.js';
import { computeGrid } from './evaluation/score-networks.js';
import { withCheckpoint } from './run/open-checkpoint.js';
import type { Run } from './runs/run.js';

/** What a style grid is drawn of. */
export interface DrawGridOptions extends CheckpointOptions {
  /** File to write. Default: `grids/round-ROUND.png` in the run's folder. */
  readonly out?: string | undefined;
}

/**
 * Draws the picture that a run ends with: one test example a row, redrawn under every label, or with other values of each attribute that
 * its decoder is told.
 *
 * @param run its folder, or its name below `runsDir`
 * @returns absolute path of the PNG
 * @throws LetheError CONFIG_INVALID for a game that does not draw; RUN_MISSING, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH, DATA_MISSING,
 * STORAGE_FAILED, INTERRUPTED
 */
export async function drawGrid(run: string | Run, options: DrawGridOptions = {}): Promise<string> {
  const surroundings = await surroundingsOf(options);
  const out = options.out === undefined ? null : resolve(surroundings.folder, options.out);
  if (out !== null) await expectWritableFile('--out', out);
  const { environment, machine } = surroundings;
  const request = checkpointRequest(typeof run === 'string' ? run : run.folder, options, surroundings);
  const notice = (line: string): void => { tell(options.onNotice, line); };
  const opening = { environment, machine, workers: 1, oversubscribe: false, signal: options.signal, notice };
  return withCheckpoint(request, opening, async ({ cluster, description, data, run: opened, rounds }) => {
    if (gridColumns(description) === null)
      throw new LetheError('CONFIG_INVALID', `${request.run}: expected a run of a game that draws, found ${description.objective.name}`);
    const file = out ?? gridFile(opened, rounds);
    const pixels = await computeGrid({ cluster, description }, gridRows(description, data).length);
    const { png: drawn } = await encodeRunGrid(description, pixels);
    await writeFile(file, drawn).catch((error: unknown) => { throw storageError(file, error); });
    return file;
  });
}

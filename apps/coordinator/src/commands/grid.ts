import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { gridExamples } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { encodeGridPng, expectWritableFile } from '@lethe/run-folder';
import type { RunDescription } from '@lethe/graphs';
import type { GridCommand } from '../command-line/command.js';
import { withCheckpoint, computeGrid } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { Environment } from './train.js';

/** Draws the style grid of a checkpoint. */
export async function runGrid(command: GridCommand, environment: Environment): Promise<number> {
  if (command.out !== null) await expectWritableFile('--out', command.out);
  const notice = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  await withCheckpoint(
    command,
    { environment, workers: 1, oversubscribe: false, notice },
    async ({ cluster, description, data, run, rounds }) => {
      if (description.objective.redraw === null)
        throw new LetheError('CONFIG_INVALID', `${command.run}: expected a run of a game that draws, found ${description.objective.name}`);
      const file = command.out ?? join(run.grids, `round-${String(rounds).padStart(6, '0')}.png`);
      const drawn = await png(description, await computeGrid({ cluster, description }, gridExamples(data).length));
      await writeFile(file, drawn).catch((error: unknown) => {
        throw storageError(file, error);
      });
      process.stdout.write(`${relative(command.folder, file)}\n`);
    },
  );
  return EXIT.ok;
}

async function png({ facts: { shape, classes } }: RunDescription, pixels: Float32Array): Promise<Buffer> {
  const columns = classes.length;
  return (await encodeGridPng({ pixels, columns, rows: pixels.length / (columns * shape.height * shape.width * shape.channels), ...shape }))
    .png;
}

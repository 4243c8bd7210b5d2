import { relative } from 'node:path';
import { drawGrid } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { GridCommand } from '../command-line/command.js';
import { checkpointOptions } from './options.js';
import type { Environment } from './on-examples.js';

/** Draws the style grid of a checkpoint. */
export async function runGrid(command: GridCommand, environment: Environment): Promise<number> {
  const file = await drawGrid(command.run, {
    ...checkpointOptions(command, environment),
    ...(command.out === null ? {} : { out: command.out }),
    onNotice: (line) => { process.stderr.write(`${line}\n`); },
  });
  process.stdout.write(`${relative(command.folder, file)}\n`);
  return EXIT.ok;
}

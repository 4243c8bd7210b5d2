import type { GridCommand } from '../command-line/command.js';
import { findRunFolder } from '../command-line/find-run-folder.js';

/** Checks everything that was asked for; drawing is not wired yet. */
export async function runGrid(command: GridCommand): Promise<number> {
  throw new Error(`drawing a grid of ${findRunFolder(command.run, command)} is not wired yet`);
}

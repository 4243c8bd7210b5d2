import { relative } from 'node:path';
import { newGame } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { printable } from '@lethe/telemetry/printable';
import type { NewCommand } from '../command-line/command.js';

/** Writes a start for a game of the user's own, and says what to type next. */
export async function runNew({ out, folder }: NewCommand): Promise<number> {
  const { files, trainCommand } = await newGame(out);
  const place = relative(folder, out) || '.';
  const lines = [
    `${place}: ${files.join(', ')}`, '', 'What to type next:', ...(place === '.' ? [] : [`  cd ${place}`]),
    `  ${trainCommand} --dry-run`, `  ${trainCommand}`, '  node --test',
  ];
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
  return EXIT.ok;
}

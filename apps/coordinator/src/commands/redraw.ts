import { relative } from 'node:path';
import { redrawFiles } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatCount } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { RedrawCommand } from '../command-line/command.js';
import { onExamples, type ComputingSurroundings } from './on-examples.js';

/** Redraws a user's images under another label, or under each. */
export async function runRedraw(command: RedrawCommand, surroundings: ComputingSurroundings): Promise<number> {
  const { examples, told } = await onExamples('redrawing', surroundings, (options) => redrawFiles(command, options));
  const text = `${relative(command.folder, command.out)}: ${formatCount(examples)} images as ${told.join(', ')}`;
  process.stdout.write(`${printable(text)}\n`);
  return EXIT.ok;
}

import { relative } from 'node:path';
import { exportRun } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { printable } from '@lethe/telemetry/printable';
import type { ExportCommand } from '../command-line/command.js';
import { onExamples, type ComputingSurroundings } from './on-examples.js';

/** Writes the networks of a checkpoint down for other programs. Nothing is left of a folder that was not finished. */
export async function runExport(command: ExportCommand, surroundings: ComputingSurroundings): Promise<number> {
  const { run, out, folder, runsFolder, checkpoint } = command;
  const files = await onExamples('exporting', surroundings, ({ onNotice, signal }) => (
    exportRun(run, out, { folder, runsDir: runsFolder, checkpoint, onNotice, signal })
  ));
  for (const file of files) process.stdout.write(`${printable(relative(folder, `${out}/${file}`))}\n`);
  return EXIT.ok;
}

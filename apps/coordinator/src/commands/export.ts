import { relative } from 'node:path';
import { LetheError } from '@lethe/errors';
import { exportRun } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { printable } from '@lethe/telemetry/printable';
import type { ExportCommand } from '../command-line/command.js';
import { hearEndingSignals } from '../signals/ending-signals.js';

/** Writes the networks of a checkpoint down for other programs. Nothing is left of a folder that was not finished. */
export async function runExport(command: ExportCommand): Promise<number> {
  const controller = new AbortController();
  const hearNoMore = hearEndingSignals((signal) => {
    controller.abort(new LetheError('INTERRUPTED', `${signal}: nothing was written`));
  });
  const notice = (line: string): void => { process.stderr.write(`${printable(line)}\n`); };
  try {
    const files = await exportRun(command.run, command.out, {
      folder: command.folder, runsDir: command.runsFolder, checkpoint: command.checkpoint, onNotice: notice, signal: controller.signal,
    });
    for (const file of files) process.stdout.write(`${printable(relative(command.folder, `${command.out}/${file}`))}\n`);
  } finally {
    hearNoMore();
  }
  return EXIT.ok;
}

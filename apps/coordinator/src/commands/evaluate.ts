import { join, relative } from 'node:path';
import { describeMeasures, evaluate, findRunFolder } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { createReporter, formatTable } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { EvaluateCommand } from '../command-line/command.js';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { checkpointOptions } from './options.js';
import { showProgress } from './show-progress.js';
import type { Environment } from './on-examples.js';

/**
 * Measures what a checkpoint's networks are for, such as what its encoder has really forgotten, and writes figures and a report into the
 * run's folder.
 */
export async function runEvaluate(command: EvaluateCommand, environment: Environment): Promise<number> {
  const reporter = createReporter({ output: process.stderr });
  const close = closeOnTheWayOut(reporter);
  const { probes, seeds, workers, oversubscribe } = command;
  try {
    const measures = await evaluate(command.run, {
      ...checkpointOptions(command, environment), ...showProgress(reporter), seeds, oversubscribe,
      probes: probes ?? undefined, workers: workers ?? undefined,
    });
    const { examples, table, sentences, figures } = describeMeasures(measures);
    const shown = [examples, ...formatTable(table), '', ...sentences, ...formatTable(figures), ''];
    for (const line of shown) process.stdout.write(`${printable(line)}\n`);
    process.stdout.write(`${relative(command.folder, join(findRunFolder(command.run, command), 'report.html'))}\n`);
  } finally {
    // A bar that nobody stops keeps this process alive.
    close();
  }
  return EXIT.ok;
}

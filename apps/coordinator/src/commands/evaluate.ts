import { join, relative } from 'node:path';
import { cacheFolder } from '@lethe/config';
import { createReporter, formatTable } from '@lethe/telemetry';
import type { EvaluateCommand } from '../command-line/command.js';
import { concluded, evaluateRun, MeasureCache, measuredLines, withCheckpoint } from '@lethe/lethe';
import { printable } from '@lethe/telemetry/printable';
import { EXIT } from '@lethe/lethe/exit-codes';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import type { Environment } from './train.js';

/**
 * Measures what a checkpoint's networks are for, such as what its encoder has really forgotten, and writes figures and a report into the
 * run's folder.
 */
export async function runEvaluate(command: EvaluateCommand, environment: Environment): Promise<number> {
  const reporter = createReporter({ output: process.stderr });
  const close = closeOnTheWayOut(reporter);
  const notice = (line: string): void => { reporter.notice(line); };
  const { workers, oversubscribe } = command;
  try {
    await withCheckpoint(command, { environment, workers, oversubscribe, notice }, async (opened) => {
      const evaluation = await evaluateRun(opened, {
        folder: opened.run, probes: command.probes ?? opened.description.config.probes, seeds: command.seeds,
        cache: new MeasureCache(cacheFolder(environment), opened.notice), onProgress: (progress) => { reporter.measuring(progress); },
      });
      const { sentences, figures } = concluded(evaluation);
      const shown = [...measuredLines(evaluation), '', ...sentences, ...formatTable(figures), ''];
      for (const line of shown) process.stdout.write(`${printable(line)}\n`);
      process.stdout.write(`${relative(command.folder, join(opened.run.folder, 'report.html'))}\n`);
    });
  } finally {
    // A bar that nobody stops keeps this process alive.
    close();
  }
  return EXIT.ok;
}

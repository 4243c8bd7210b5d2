import { join, relative } from 'node:path';
import { cacheFolder } from '@lethe/config';
import { createReporter } from '@lethe/telemetry';
import type { EvaluateCommand } from '../command-line/command.js';
import { evaluateRun, MeasureCache, withCheckpoint } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { Environment } from './train.js';

/**
 * Measures what a checkpoint's networks are for, such as what its encoder has really forgotten, and writes figures and a report into the
 * run's folder.
 */
export async function runEvaluate(command: EvaluateCommand, environment: Environment): Promise<number> {
  const reporter = createReporter({ output: process.stderr });
  const notice = (line: string): void => { reporter.notice(line); };
  await withCheckpoint(command, { environment, workers: command.workers, oversubscribe: command.oversubscribe, notice }, async (opened) => {
    const lines = await evaluateRun(opened, {
      folder: opened.run, probes: command.probes ?? opened.description.config.probes, seeds: command.seeds,
      cache: new MeasureCache(cacheFolder(environment), opened.notice), onProgress: (progress) => { reporter.measuring(progress); },
    });
    reporter.close();
    for (const line of lines) process.stdout.write(`${line}\n`);
    process.stdout.write(`${relative(command.folder, join(opened.run.folder, 'report.html'))}\n`);
  });
  return EXIT.ok;
}

import { join, relative } from 'node:path';
import type { EvaluateCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import { withCheckpoint } from '../run/checkpoint-cluster.js';
import { evaluateForgetting, printForgetting } from '../run/forgetting.js';
import type { Environment } from './train.js';

/** Measures what a checkpoint's encoder has really forgotten, and writes it into the run's folder. */
export async function runEvaluate(command: EvaluateCommand, environment: Environment): Promise<number> {
  await withCheckpoint(command, { environment, workers: command.workers }, async (opened) => {
    const evaluation = await evaluateForgetting(opened, command.seeds);
    const file = join(opened.run.folder, 'evaluation.json');
    await opened.run.writeFile(file, Buffer.from(`${JSON.stringify(evaluation, null, 2)}\n`));
    for (const line of printForgetting(evaluation)) process.stdout.write(`${line}\n`);
    process.stdout.write(`${relative(command.folder, file)}\n`);
  });
  return EXIT.ok;
}

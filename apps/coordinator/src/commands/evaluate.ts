import { relative } from 'node:path';
import type { EvaluateCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import { withCheckpoint } from '../run/checkpoint-cluster.js';
import { evaluationLines, writeEvaluation } from '../run/evaluation-files.js';
import { JudgeCache } from '../run/judge-cache.js';
import { measureForgetting } from '../run/measure-forgetting.js';
import type { Environment } from './train.js';

/** Measures what a checkpoint's encoder has really forgotten, and writes figures and a report into the run's folder. */
export async function runEvaluate(command: EvaluateCommand, environment: Environment): Promise<number> {
  await withCheckpoint(command, { environment, workers: command.workers }, async (opened) => {
    const evaluation = await measureForgetting(opened, {
      seeds: command.seeds, judges: new JudgeCache(environment), onProgress: (line) => process.stderr.write(`${line}\n`),
    });
    const file = await writeEvaluation(opened, opened.run, evaluation);
    for (const line of evaluationLines(evaluation)) process.stdout.write(`${line}\n`);
    process.stdout.write(`${relative(command.folder, file)}\n`);
  });
  return EXIT.ok;
}

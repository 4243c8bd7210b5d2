import { relative } from 'node:path';
import { predictFiles } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatCount } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { PredictCommand } from '../command-line/command.js';
import { onExamples, type ComputingSurroundings } from './on-examples.js';

/** Writes what a run predicts of a user's examples into a table. */
export async function runPredict(command: PredictCommand, surroundings: ComputingSurroundings): Promise<number> {
  const { examples, predicted } = await onExamples('predicting', surroundings, (options) => predictFiles(command, options));
  const text = `${relative(command.folder, command.out)}: ${predicted.join(', ')} of ${formatCount(examples)} examples`;
  process.stdout.write(`${printable(text)}\n`);
  return EXIT.ok;
}

import { relative } from 'node:path';
import { encodeFiles } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatCount } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { EncodeCommand } from '../command-line/command.js';
import { onExamples, type ComputingSurroundings } from './on-examples.js';

/** Writes the features of a user's examples into a file. */
export async function runEncode(command: EncodeCommand, surroundings: ComputingSurroundings): Promise<number> {
  const { examples, size, files } = await onExamples('encoding', surroundings, (options) => encodeFiles(command, options));
  const written = files.map((file) => relative(command.folder, file)).join(' and ');
  process.stdout.write(`${printable(`${written}: ${formatCount(examples)} examples, ${size} features each`)}\n`);
  return EXIT.ok;
}

import { relative } from 'node:path';
import { examineMachine, findRunFolder, writeBugReport } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatCount } from '@lethe/telemetry';
import type { DoctorCommand } from '../command-line/command.js';
import type { Environment } from './on-examples.js';

const WHAT_STAYS = 'keys, tokens and home folders are left out; names of hosts, columns and classes are not: read it before you send it';

/**
 * Prints what this machine offers and what a run would do with it; packs that, and what a run has left, into one file if it is to. Fails if
 * no step can be computed or no worker placed.
 */
export async function runDoctor(command: DoctorCommand, environment: Environment): Promise<number> {
  const { folder, report, shareGpus, oversubscribe } = command;
  const run = report === null ? null : findRunFolder(report, command);
  const { workers, stepRuns, findings } = await examineMachine({
    folder, environment, shareGpus, oversubscribe, nameOf: (path) => `--${path.replace(/^.*\./, '')}`,
    workers: command.workers ?? undefined, threads: command.threads ?? undefined,
  });
  const lines = findings.map(([name, text]) => `${name.padEnd(8)} ${text}`);
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (run !== null) {
    const { file, bytes, parts } = await writeBugReport({ runFolder: run, findings: lines, userFolder: folder });
    process.stdout.write(`${relative(folder, file)} has ${formatCount(bytes / 1000)} kB: ${parts.join(', ')}\n`);
    process.stdout.write(`${WHAT_STAYS}\n`);
  }
  return !stepRuns ? EXIT.failed : typeof workers === 'string' ? EXIT.usage : EXIT.ok;
}

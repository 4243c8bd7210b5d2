import { RUN } from '@lethe/config/flags';
import type { CancelCommand, RunsCommand, StatusCommand } from './command.js';
import { FlagReader } from './flag-values.js';
import type { TypedCommand } from './typed-command.js';

/** What was typed after `lethe runs`. */
export function readRuns({ options }: TypedCommand, folder: string): RunsCommand {
  const reader = new FlagReader(options);
  const command: RunsCommand = { kind: 'runs', folder, runsFolder: reader.runsFolder(folder), json: reader.has('json') };
  reader.refuseProblems();
  return command;
}

/** What was typed after `lethe status`. */
export function readStatus({ arguments: [run = ''], options }: TypedCommand, folder: string): StatusCommand {
  const reader = new FlagReader(options);
  if (run === '') reader.problems.push({ where: '<run>', expected: RUN.expected, found: '""' });
  const command: StatusCommand = { kind: 'status', run, folder, runsFolder: reader.runsFolder(folder), json: reader.has('json') };
  reader.refuseProblems();
  return command;
}

/** What was typed after `lethe cancel`. */
export function readCancel({ arguments: [run = ''], options }: TypedCommand, folder: string): CancelCommand {
  const reader = new FlagReader(options);
  if (run === '') reader.problems.push({ where: '<run>', expected: RUN.expected, found: '""' });
  const command: CancelCommand = { kind: 'cancel', run, folder, runsFolder: reader.runsFolder(folder), atOnce: reader.has('at-once') };
  reader.refuseProblems();
  return command;
}

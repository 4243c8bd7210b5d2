import { relative } from 'node:path';
import { shownFigure, status, type Environment, type RunStatus } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { printable } from '@lethe/telemetry/printable';
import type { StatusCommand } from '../command-line/command.js';
import { playedOf, stateOf } from './runs.js';

/** Says how a run is, and its job. */
export async function runStatus(command: StatusCommand, environment: Environment): Promise<number> {
  const found = await status(command.run, { folder: command.folder, runsDir: command.runsFolder, environment });
  const lines = command.json ? [JSON.stringify(found, null, 2)] : said(found, command.folder);
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
  return EXIT.ok;
}

function said({ folder, run, job }: RunStatus, userFolder: string): string[] {
  const figures = run === null ? [] : Object.keys(run.figures).filter((name) => !/_(low|high)$/.test(name));
  return [
    relative(userFolder, folder),
    ...(run === null ? ['  not begun'] : [`  ${stateOf(run)}`, `  ${playedOf(run)} played`]),
    ...(run === null ? [] : figures.map((name) => `  ${name} ${shownFigure(run.figures, name)}`)),
    ...(job === null ? [] : jobLines(job)),
  ];
}

function jobLines({ id, state, reason, nodes, time, timeLimit, steps, tasks }: NonNullable<RunStatus['job']>): string[] {
  if (state === null) return [`  job ${id} of Slurm is over`];
  const [where, why] = [nodes === '' ? '' : ` on ${nodes}`, reason === '' ? '' : ` (${reason})`];
  return [
    `  job ${id} of Slurm: ${state}${why}${where}, ${time} of ${timeLimit}`,
    ...(tasks.length === 0 ? [] : [`  ${tasksLine(tasks)}`]),
    ...steps.filter(({ name }) => name !== 'batch').map((step) => `  ${step.name} on ${step.nodes}`),
  ];
}

function tasksLine(tasks: NonNullable<RunStatus['job']>['tasks']): string {
  const states = [...new Set(tasks.map(({ state }) => state))];
  return `tasks: ${states.map((state) => `${tasks.filter((task) => task.state === state).length} ${state ?? 'over'}`).join(', ')}`;
}

import { relative } from 'node:path';
import { runs, shownFigure, type ListedRun, type RunsListing } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatTable } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { RunsCommand } from '../command-line/command.js';

/** Lists the runs of a folder, as a table or as JSON. */
export async function runRuns(command: RunsCommand): Promise<number> {
  const listing = await runs({ folder: command.folder, runsDir: command.runsFolder });
  const lines = command.json ? [JSON.stringify(listing, null, 2)] : listed(listing, relative(command.folder, listing.folder) || '.');
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
  return EXIT.ok;
}

function listed({ runs: found, damaged, foreign }: RunsListing, folder: string): string[] {
  return [
    ...(found.length === 0 ? [`${folder}: no runs`] : table(found)),
    ...found.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
    ...damaged.map(({ name, problem }) => `${name} cannot be read: ${problem}`),
    ...(foreign.length === 0 ? [] : [`not of Lethe: ${foreign.join(', ')}`]),
  ];
}

function table(found: readonly ListedRun[]): string[] {
  return formatTable([
    ['name', 'kind', 'state', 'recipe', 'played', 'written (UTC)', 'reached'],
    ...found.map((run) => [
      run.name, run.kind, stateOf(run), run.recipe, playedOf(run), run.written.slice(0, 16).replace('T', ' '), reachedBy(run),
    ]),
  ]);
}

/** What an error says may be long: the first words name it, and `--json` has all. */
const LONGEST_REMARK = 60;

/** A state with what is to be said of it. */
export function stateOf({ state, remark }: Pick<ListedRun, 'state' | 'remark'>): string {
  if (remark === '') return state;
  return `${state} (${remark.length > LONGEST_REMARK ? `${remark.slice(0, LONGEST_REMARK)}...` : remark})`;
}

/** "20 epochs", "4 of 20 epochs". */
export function playedOf({ played: { unit, done, total } }: Pick<ListedRun, 'played'>): string {
  const units = total === 1 ? unit : `${unit}s`;
  return done === total ? `${done} ${units}` : `${done} of ${total} ${units}`;
}

/** "probe_best 0.184 (0.176 to 0.192)  swap 0.994 (0.992 to 0.995)": the ends of intervals stand beside their figures. */
function reachedBy({ figures }: ListedRun): string {
  const names = Object.keys(figures).filter((name) => !/_(low|high)$/.test(name) || figures[`${name}_low`] !== undefined);
  return names.map((name) => `${name} ${shownFigure(figures, name)}`).join('  ');
}

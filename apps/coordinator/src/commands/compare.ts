import { compare, type ComparedCurve, type ComparedMeasure, type ComparedRun, type RunsComparison } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatNumber, formatTable } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { CompareCommand } from '../command-line/command.js';
import { playedOf, stateOf } from './runs.js';

/** Says what runs differ in, as tables or as JSON. */
export async function runCompare(command: CompareCommand): Promise<number> {
  const comparison = await compare(command.runs, { folder: command.folder, runsDir: command.runsFolder });
  const lines = command.json ? [JSON.stringify(comparison, null, 2)] : compared(comparison);
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
  return EXIT.ok;
}

function compared(comparison: RunsComparison): string[] {
  const { runs, curves, measures, notes } = comparison;
  const names = runs.map(({ name }) => name);
  return [
    ...formatTable([['', ...names], ...ownRows(runs)]),
    ...enginesOf(runs),
    ...section('Settings that differ', ['setting', ...names], settingRows(comparison, 'chosen')),
    ...asRecipesSay(comparison),
    ...section('Settings without a part in the result', ['setting', ...names], settingRows(comparison, 'free')),
    ...section('Curves', ['at the end', ...names, ...crossingHeads(names)], curves.map((curve) => curveRow(curve, names))),
    ...section('Measures', ['on test examples', ...names, ...apartHeads(names)], measures.map(measureRow)),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...formatTable([head, ...rows])];
}

/** Digits of a SHA-256 that are enough to tell two apart. */
const SHOWN_DIGITS = 12;

function ownRows(runs: readonly ComparedRun[]): string[][] {
  return [
    ['recipe', ...runs.map(({ recipe }) => recipe)],
    ['state', ...runs.map(stateOf)],
    ['played', ...runs.map(playedOf)],
    ['data', ...runs.map(({ data }) => data?.slice(0, SHOWN_DIGITS) ?? 'not known')],
    ['Lethe', ...runs.map(({ version }) => version ?? 'not known')],
  ];
}

/** One line where all runs were computed by the same, else one for each. */
function enginesOf(runs: readonly ComparedRun[]): string[] {
  const shown = runs.map(({ engines }) => (engines.length === 0 ? 'what it does not say' : engines.join(', then ')));
  const [first = ''] = shown;
  if (shown.every((engines) => engines === first)) return [`all computed by ${first}`];
  return runs.map(({ name }, index) => `${name} computed by ${shown[index] ?? ''}`);
}

/** A list of settings may be long: `--json` has all of it. */
const LONGEST_VALUE = 40;

function settingRows({ settings }: RunsComparison, wanted: 'chosen' | 'free'): string[][] {
  const rows = settings.filter(({ origin }) => origin === wanted);
  return rows.map(({ path, values }) => [path, ...values.map(shownValue)]);
}

function shownValue(value: unknown): string {
  if (value === undefined) return '-';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}...` : text;
}

function asRecipesSay({ settings }: RunsComparison): string[] {
  const count = settings.filter(({ origin }) => origin === 'recipe').length;
  return count === 0 ? [] : [`and ${count} in which each is as its recipe says (--json lists them)`];
}

/** With two runs a cell names the other one; with more, its column does. */
function crossingHeads(names: readonly string[]): string[] {
  return names.length === 2 ? ['lower'] : names.slice(1).map((name) => `${names[0] ?? ''} or ${name} lower`);
}

function curveRow({ figure, smoothed, final, crossings }: ComparedCurve, names: readonly string[]): string[] {
  const lower = crossings.map((crossing, index) => {
    if (crossing === null) return '-';
    if (crossing.lower === null) return 'neither';
    const name = (crossing.lower === 'first' ? names[0] : names[index + 1]) ?? '';
    return `${name} ${crossing.round === null ? 'throughout' : `from round ${crossing.round} on`}`;
  });
  const ends = final.map((value) => (value === null ? '-' : formatNumber(value)));
  return [smoothed > 1 ? `${figure} (mean of ${smoothed} rounds)` : figure, ...ends, ...lower];
}

function apartHeads(names: readonly string[]): string[] {
  return names.length === 2 ? ['intervals apart'] : names.slice(1).map((name) => `apart: ${names[0] ?? ''}, ${name}`);
}

function measureRow({ figure, values, intervals, apart }: ComparedMeasure): string[] {
  const shown = values.map((value, index) => {
    const interval = intervals[index] ?? null;
    if (value === null) return '-';
    if (interval !== null) return `${value.toFixed(3)} (${interval.map((end) => end.toFixed(3)).join(' to ')})`;
    return Number.isInteger(value) ? String(value) : formatNumber(value);
  });
  return [figure, ...shown, ...apart.map((isApart) => (isApart === null ? '' : isApart ? 'yes' : 'no'))];
}

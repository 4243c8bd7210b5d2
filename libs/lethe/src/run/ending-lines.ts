import { join, relative } from 'node:path';
import { PROBES } from '@lethe/config';
import type { ProbeRow, RunEvaluation } from '@lethe/evaluation';
import { formatCount, formatDuration, formatFigures } from '@lethe/telemetry';
import type { NamedFigure } from '../evaluation/conclusion.js';
import { concluded } from '../evaluation/evaluation-lines.js';
import { isMeasuredByRedrawing } from '../evaluation/measured-run.js';
import type { PreparedRun } from './prepare-run.js';
import type { RunSummary } from './summary.js';

/** What the last lines of a run are made of. */
export interface EndedRun {
  readonly summary: RunSummary;
  /** Null if it was not measured. */
  readonly evaluation: RunEvaluation | null;
  /** File with the trace; null if none was wanted. */
  readonly traceFile: string | null;
}

type Run = Pick<PreparedRun, 'description' | 'folder' | 'userFolder'>;

/** The last lines of a run: what it came to, where that lies, and what to type next. Everything else is in its folder. */
export function endingLines(ended: EndedRun, run: Run): string[] {
  const { sentences, figures } = ended.evaluation === null ? { sentences: [], figures: [] } : concluded(ended.evaluation);
  return [
    ...columns([endingOf(ended.summary, run)]),
    ...(sentences.length === 0 ? [] : ['', ...sentences, '']),
    ...columns([...figures, ...unmeasured(ended), ['time', timeOf(ended.summary)]]),
    '',
    ...columns(places(ended, run)),
    ...nextLines(ended, run),
  ];
}

/** Columns of the names of figures and places. */
const NAME_WIDTH = 22;

function columns(lines: readonly NamedFigure[]): string[] {
  return lines.map(([name, text]) => `${name.padEnd(NAME_WIDTH)} ${text}`);
}

function endingOf({ ending, rounds, images_per_second: speed }: RunSummary, { description }: Run): NamedFigure {
  const { totalRounds, config: { epochs } } = description;
  const of = rounds < totalRounds ? ` of ${formatCount(totalRounds)}` : '';
  const passes = rounds === totalRounds && epochs !== null ? ` (${epochs} ${epochs === 1 ? 'epoch' : 'epochs'})` : '';
  return [ending, `${formatCount(rounds)}${of} rounds${passes}${speed > 0 ? `, ${formatCount(speed)} examples/s` : ''}`];
}

function timeOf({ training_seconds: training, wall_seconds: all }: RunSummary): string {
  return `${formatDuration(all)}, of which ${formatDuration(training)} training`;
}

/** More figures do not fit into a terminal: those of hundreds of domains. */
const MOST_SHOWN = 12;

/** Where nothing was measured, the figures of the test examples say a little. The last ones are the target's. */
function unmeasured({ summary: { test }, evaluation }: EndedRun): NamedFigure[] {
  const entries = Object.entries(test);
  if (evaluation !== null || entries.length === 0) return [];
  const left = entries.length - MOST_SHOWN;
  const more = left > 0 ? `  (and ${left} more in summary.json)` : '';
  return [['test examples', `${formatFigures(Object.fromEntries(entries.slice(-MOST_SHOWN)))}${more}`]];
}

function places({ summary, evaluation, traceFile }: EndedRun, { folder, userFolder }: Run): NamedFigure[] {
  const here = (path: string): string => relative(userFolder, path) || '.';
  return [
    ...(evaluation === null ? [] : [['report', `${here(join(folder.folder, 'report.html'))}  (opens in a browser)`] as const]),
    ...(summary.style_grid === null ? [] : [['style grid', here(join(folder.folder, summary.style_grid))] as const]),
    ...(traceFile === null ? [] : [['trace', `${here(traceFile)}  (opens at ui.perfetto.dev)`] as const]),
    ['run folder', here(folder.folder)],
  ];
}

function nextLines(ended: EndedRun, run: Run): string[] {
  const commands = nextCommands(ended, run);
  if (commands.length === 0) return [];
  const width = commands.reduce((widest, [command]) => Math.max(widest, command.length), 0);
  return ['', 'What to type next:', ...commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)];
}

/** The recipe that forgets the most. */
const MOST_FORGETTING = 'forget';

/** Commands, and what they do. */
function nextCommands({ summary: { ending }, evaluation }: EndedRun, { description: { config }, folder, userFolder }: Run): NamedFigure[] {
  const run = relative(userFolder, folder.folder) || '.';
  if (ending === 'diverged') return [];
  if (ending === 'interrupted') return [[`npx lethe train --resume ${run}`, 'goes on from here']];
  const measure: NamedFigure[] = evaluation === null ? [[`npx lethe evaluate ${run}`, 'measures what was reached']] : [];
  const { objective } = config;
  if (objective.kind !== 'forgetting') return [...measure, ['npx lethe data DIR', 'looks at a folder of your own data']];
  if (!isMeasuredByRedrawing(config)) {
    const read = evaluation?.kind === 'attributes' ? evaluation.forgotten.flatMap(({ probes }) => probes) : [];
    // The weight of hiding decides how much is kept and how much is forgotten.
    const weights = [0.25, 0.5, 1, 2].map((factor) => Number((factor * objective.beta).toPrecision(3))).join(',');
    const front: NamedFigure = [
      `npx lethe sweep --config ${join(run, 'config.json')} --beta ${weights}`, 'draws how much is kept against how much is forgotten',
    ];
    return [...measure, ...(read.length === 0 ? [] : moreProbes(run, read)), front];
  }
  const isOwnData = config.data.folder !== null;
  const isMost = config.recipe === MOST_FORGETTING;
  return [
    ...measure,
    // Own data come with flags of their own, which the same command has.
    ...(isMost ? [] : [[
      isOwnData ? `the same command with --recipe ${MOST_FORGETTING}` : `npx lethe train --recipe ${MOST_FORGETTING}`,
      'forgets more, in more time',
    ] as const]),
    ...(evaluation?.kind === 'forgetting' ? moreProbes(run, evaluation.probes) : []),
    [`npx lethe grid ${run}`, 'draws test images under every label'],
    ...(isOwnData ? [] : [['npx lethe data DIR', 'looks at your own data; train --data-dir DIR learns from them'] as const]),
  ];
}

/** How to measure by the kinds of probes that have not run. */
function moreProbes(run: string, rows: readonly Pick<ProbeRow, 'probe'>[]): NamedFigure[] {
  const hasMore = PROBES.some((kind) => rows.every(({ probe }) => probe !== kind));
  return hasMore ? [[`npx lethe evaluate ${run} --probes all`, 'measures with every kind of probe']] : [];
}

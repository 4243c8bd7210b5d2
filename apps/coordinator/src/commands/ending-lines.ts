import { join, relative } from 'node:path';
import { isMeasurable, isMeasuredByRedrawing, PROBES } from '@lethe/config';
import { describeMeasures, type NamedFigure, type TrainedRun } from '@lethe/lethe';
import { formatCount, formatDuration, formatFigures } from '@lethe/telemetry';

/** The last lines of a run: what it came to, where that lies, and what to type next. Everything else is in its folder. */
export function endingLines(run: TrainedRun, userFolder: string): string[] {
  const { sentences, figures } = run.measures === null ? { sentences: [], figures: [] } : describeMeasures(run.measures);
  return [
    ...columns([endingOf(run)]),
    ...(sentences.length === 0 ? [] : ['', ...sentences, '']),
    ...columns([...figures, ...unmeasured(run), ['time', timeOf(run)], ...stepOf(run)]),
    '',
    ...columns(places(run, userFolder)),
    ...nextLines(run, userFolder),
  ];
}

/** Columns of the names of figures and places. */
const NAME_WIDTH = 22;

function columns(lines: readonly NamedFigure[]): string[] {
  return lines.map(([name, text]) => `${name.padEnd(NAME_WIDTH)} ${text}`);
}

function endingOf({ ending, rounds, totalRounds, config: { epochs }, summary: { images_per_second: speed } }: TrainedRun): NamedFigure {
  const of = rounds < totalRounds ? ` of ${formatCount(totalRounds)}` : '';
  const passes = rounds === totalRounds && epochs !== null ? ` (${epochs} ${epochs === 1 ? 'epoch' : 'epochs'})` : '';
  return [ending, `${formatCount(rounds)}${of} rounds${passes}${speed > 0 ? `, ${formatCount(speed)} examples/s` : ''}`];
}

function timeOf({ summary: { training_seconds: training, wall_seconds: all } }: TrainedRun): string {
  return `${formatDuration(all)}, of which ${formatDuration(training)} training`;
}

/** Where a run was profiled: what a worker spent a step on, in the mean. */
function stepOf({ traceFile, summary: { step } }: TrainedRun): NamedFigure[] {
  if (traceFile === null) return [];
  const ms = (part: string): string => `${(step[part] ?? 0).toFixed(1)} ms`;
  return [
    ['a step of a worker', `computing ${ms('computeMs')}, sending ${ms('sendMs')}, waiting ${ms('waitMs')}`],
    ['', `${ms('wireMs')} on the wire (a gradient, and the version made of it)`],
  ];
}

/** More figures do not fit into a terminal: those of hundreds of domains. */
const MOST_SHOWN = 12;

/** Where nothing was measured, the figures of the test examples say a little. The last ones are the target's. */
function unmeasured({ summary: { test }, measures }: TrainedRun): NamedFigure[] {
  const entries = Object.entries(test);
  if (measures !== null || entries.length === 0) return [];
  const left = entries.length - MOST_SHOWN;
  const more = left > 0 ? `  (and ${left} more in summary.json)` : '';
  return [['test examples', `${formatFigures(Object.fromEntries(entries.slice(-MOST_SHOWN)))}${more}`]];
}

function places({ summary, measures, traceFile, folder, config }: TrainedRun, userFolder: string): NamedFigure[] {
  const here = (path: string): string => relative(userFolder, path) || '.';
  return [
    ...(measures === null ? [] : [['report', `${here(join(folder, 'report.html'))}  (opens in a browser)`] as const]),
    ...(summary.style_grid === null ? [] : [
      [isMeasuredByRedrawing(config) ? 'style grid' : 'redrawn examples', here(join(folder, summary.style_grid))] as const,
    ]),
    ...(traceFile === null ? [] : [['trace', `${here(traceFile)}  (opens at ui.perfetto.dev)`] as const]),
    ['run folder', here(folder)],
  ];
}

function nextLines(run: TrainedRun, userFolder: string): string[] {
  const commands = nextCommands(run, userFolder);
  if (commands.length === 0) return [];
  const width = commands.reduce((widest, [command]) => Math.max(widest, command.length), 0);
  return ['', 'What to type next:', ...commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)];
}

/** The recipe that forgets the most. */
const MOST_FORGETTING = 'forget';

/** Commands, and what they do. */
function nextCommands({ ending, measures, config, folder }: TrainedRun, userFolder: string): NamedFigure[] {
  const run = relative(userFolder, folder) || '.';
  if (ending === 'diverged') return [];
  if (ending === 'interrupted') return [[`npx lethe train --resume ${run}`, 'goes on from here']];
  const isUnmeasured = measures === null && isMeasurable(config);
  const measure: NamedFigure[] = isUnmeasured ? [[`npx lethe evaluate ${run}`, 'measures what was reached']] : [];
  if (config.data.domains !== null) return [...measure, ['npx lethe data DIR', 'looks at a folder of your own data']];
  // Of signals nothing is redrawn, although their label alone is forgotten.
  if (!isMeasuredByRedrawing(config) || measures?.kind === 'attributes') {
    const read = measures?.kind === 'attributes' ? measures.forgotten.flatMap(({ probes }) => probes) : [];
    const { beta = null } = config.objective as { readonly beta?: unknown };
    // The weight of hiding decides how much is kept and how much is forgotten.
    const weights = typeof beta === 'number' ? [0.25, 0.5, 1, 2].map((factor) => Number((factor * beta).toPrecision(3))).join(',') : null;
    const front: NamedFigure[] = weights === null ? [] : [[
      `npx lethe sweep --config ${join(run, 'config.json')} --beta ${weights}`, 'draws how much is kept against how much is forgotten',
    ]];
    return [...measure, ...(read.length === 0 ? [] : moreProbes(run, read)), ...front];
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
    ...(measures?.kind === 'forgetting' ? moreProbes(run, measures.probes) : []),
    [`npx lethe grid ${run}`, 'draws test images under every label'],
    ...(isOwnData ? [] : [['npx lethe data DIR', 'looks at your own data; train --data-dir DIR learns from them'] as const]),
  ];
}

/** How to measure by the kinds of probes that have not run. */
function moreProbes(run: string, rows: readonly { readonly probe: string }[]): NamedFigure[] {
  const hasMore = PROBES.some((kind) => rows.every(({ probe }) => probe !== kind));
  return hasMore ? [[`npx lethe evaluate ${run} --probes all`, 'measures with every kind of probe']] : [];
}

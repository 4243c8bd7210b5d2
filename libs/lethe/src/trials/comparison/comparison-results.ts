import { join, relative } from 'node:path';
import type { AdaptationEvaluation, DomainEvaluation } from '@lethe/evaluation';
import { comparisonReport, leftOut, percent } from '@lethe/report';
import type { Trial } from '../trial.js';
import type { TrialsFolder } from '../trials-folder.js';
import { compare, targetOf, type ComparedKind, type Comparison } from './comparison-statistics.js';
import type { Kind } from './plan-comparison.js';

const KIND_NAMES: Readonly<Record<Kind, string>> = { sources: 'sources alone', adaptation: 'adapted', target: 'the target itself' };

/** The last checkpoint counts: nothing was chosen by looking at the target's labels. */
const HONESTY = 'Each run is measured as it ended: no label of the target chose a checkpoint or a setting.';

/** Writes `comparison.json` and `report.html` beside the runs. @returns tables and sentences for the terminal */
export async function writeComparison(
  folder: TrialsFolder,
  trials: readonly Trial[],
  userFolder: string,
): Promise<{ tables: string[][][]; notes: string[] }> {
  const evaluations = (await Promise.all(trials.map(({ name }) => folder.evaluation(name)))).filter(
    (found): found is AdaptationEvaluation => found?.kind === 'domain-adaptation',
  );
  const comparisons = compare(evaluations);
  const table = comparisonTable(comparisons);
  const confusion = summedConfusion(evaluations);
  const classes = evaluations[0]?.classes ?? [];
  await folder.writeFile('comparison.json', `${JSON.stringify({ comparisons, classes, confusion }, null, 2)}\n`);
  const remarks = [...doubts(comparisons), ...leftOutOf(evaluations)];
  const of = (kind: Kind): AdaptationEvaluation | null => evaluations.find(({ training }) => training === kind) ?? null;
  await folder.writeFile(
    'report.html',
    await comparisonReport({
      title: folder.folder.split('/').at(-1) ?? 'comparison',
      rows: table,
      notes: [...remarks, HONESTY],
      before: of('sources'),
      after: of('adaptation'),
      confusion,
    }),
  );
  const unknown =
    comparisons.length === 0 && evaluations.length > 0
      ? ['no test example of the target has a label: nothing can be said of how well they are read']
      : [];
  return {
    tables: [table, confusionTable(confusion, classes)],
    notes: [...unknown, ...remarks, HONESTY, relative(userFolder, join(folder.folder, 'report.html'))],
  };
}

/** Head, a row for each kind of run, and the share of the gap. */
export function comparisonTable(comparisons: readonly Comparison[]): string[][] {
  const kinds = [...new Set(comparisons.flatMap((comparison) => comparison.kinds.map(({ kind }) => kind)))];
  const of = (comparison: Comparison, wanted: Kind): ComparedKind | undefined => comparison.kinds.find(({ kind }) => kind === wanted);
  if (kinds.length === 0) return [];
  return [
    ['learnt from', ...comparisons.map(({ figure }) => figure), 'test examples', 'seeds'],
    ...kinds.map((kind) => [
      KIND_NAMES[kind],
      ...comparisons.map((comparison) => shownKind(of(comparison, kind))),
      String(comparisons.map((comparison) => of(comparison, kind)?.examples).find((examples) => examples !== undefined) ?? ''),
      comparisons.map((comparison) => of(comparison, kind)?.seeds.join(', ')).find((seeds) => seeds !== undefined) ?? '',
    ]),
    ['nothing (the most frequent class)', ...comparisons.map(({ chance }) => chance?.toFixed(4) ?? ''), '', ''],
    ['gap closed', ...comparisons.map(shownGap), '', ''],
  ];
}

function shownGap({ gap_closed: closed, gap_interval: interval }: Comparison): string {
  if (closed === null) return '';
  return interval === null
    ? 'not known'
    : `${percent(closed)} (95 %: ${interval.map((end) => (end * 100).toFixed(1)).join(' to ')} %)`;
}

/** What the test examples are too few to tell. */
export function doubts(comparisons: readonly Comparison[]): string[] {
  return [...unknownGaps(comparisons), ...unread(comparisons)];
}

/** A sentence for each figure by which the target's own labels teach no more than chance could have made. */
function unknownGaps(comparisons: readonly Comparison[]): string[] {
  return comparisons.filter(({ gap_closed, gap_interval }) => gap_closed !== null && gap_interval === null).map(({ figure, kinds }) => {
    const examples = kinds.reduce((least, kind) => Math.min(least, kind.examples), Infinity);
    return `${figure}: with ${examples} test examples the 95 % intervals of the sources alone and of the target itself overlap; ` +
      'nothing can be said of the gap between them';
  });
}

/** A sentence for each figure by which adapted runs read no more than chance could have made of nothing. */
function unread(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(({ figure, kinds, chance }) => {
    const { interval = null, examples = 0 } = kinds.find(({ kind }) => kind === 'adaptation') ?? {};
    if (interval === null || chance === null || interval[0] > chance) return [];
    return [`${figure}: with ${examples} test examples it is not shown that adapted runs read the target at all; ` +
      `always naming its most frequent class gives ${chance.toFixed(4)}`];
  });
}

/** What the figures do not speak of, by the first run: all are of the same examples. */
function leftOutOf([first]: readonly AdaptationEvaluation[]): string[] {
  return first === undefined ? [] : leftOut(first);
}

/** More classes do not fit into a terminal; the report has them all. */
const MOST_CLASSES_SHOWN = 12;

/** Counts [is][predicted] of adapted runs, with names. */
function confusionTable(domain: Pick<DomainEvaluation, 'name' | 'labelled' | 'confusion'> | null, classes: readonly string[]): string[][] {
  if (domain === null || domain.labelled === 0 || classes.length > MOST_CLASSES_SHOWN) return [];
  return [
    [`${domain.name} is`, ...classes.map((name) => `read as ${name}`)],
    ...domain.confusion.map((row, label) => [classes[label] ?? '', ...row.map(String)]),
  ];
}

function shownKind(kind: ComparedKind | undefined): string {
  if (kind === undefined) return '';
  const spread = kind.deviation === null ? '' : ` ±${kind.deviation.toFixed(4)}`;
  const interval = kind.interval === null ? '' : ` (95 %: ${kind.interval.map((end) => end.toFixed(3)).join(' to ')})`;
  return `${kind.mean.toFixed(4)}${spread}${interval}`;
}

/** What adapted runs took for what in the target, over all seeds. */
function summedConfusion(evaluations: readonly AdaptationEvaluation[]): Pick<DomainEvaluation, 'name' | 'labelled' | 'confusion'> | null {
  const targets = evaluations.filter(({ training }) => training === 'adaptation').flatMap((evaluation) => targetOf(evaluation) ?? []);
  const [first] = targets;
  if (first === undefined) return null;
  const confusion = first.confusion.map((row, label) =>
    row.map((_, predicted) => targets.reduce((sum, target) => sum + (target.confusion[label]?.[predicted] ?? 0), 0)),
  );
  return { name: first.name, labelled: targets.reduce((sum, { labelled }) => sum + labelled, 0), confusion };
}

import { join, relative } from 'node:path';
import type { AdaptationEvaluation, DomainEvaluation } from '@lethe/evaluation';
import { comparisonReport } from '@lethe/report';
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
  const of = (kind: Kind): AdaptationEvaluation | null => evaluations.find(({ training }) => training === kind) ?? null;
  await folder.writeFile(
    'report.html',
    await comparisonReport({
      title: folder.folder.split('/').at(-1) ?? 'comparison',
      rows: table,
      notes: [HONESTY],
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
    notes: [...unknown, HONESTY, relative(userFolder, join(folder.folder, 'report.html'))],
  };
}

/** Head, a row for each kind of run, and the share of the gap. */
export function comparisonTable(comparisons: readonly Comparison[]): string[][] {
  const kinds = [...new Set(comparisons.flatMap((comparison) => comparison.kinds.map(({ kind }) => kind)))];
  const of = (comparison: Comparison, wanted: Kind): ComparedKind | undefined => comparison.kinds.find(({ kind }) => kind === wanted);
  if (kinds.length === 0) return [];
  return [
    ['learnt from', ...comparisons.map(({ figure }) => figure), 'seeds'],
    ...kinds.map((kind) => [
      KIND_NAMES[kind],
      ...comparisons.map((comparison) => shownKind(of(comparison, kind))),
      comparisons.map((comparison) => of(comparison, kind)?.seeds.join(', ')).find((seeds) => seeds !== undefined) ?? '',
    ]),
    ['gap closed', ...comparisons.map(({ gap_closed }) => (gap_closed === null ? '' : `${(gap_closed * 100).toFixed(1)} %`)), ''],
  ];
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

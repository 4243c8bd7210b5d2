import type { AdaptationEvaluation } from '@lethe/evaluation';
import { confusionSection, featureMaps, type Confusion } from './adaptation-report.js';
import { startNumbering } from './charts.js';
import { columns, escapeHtml, page, section, table } from './page.js';

export interface ComparisonReport {
  readonly title: string;
  /** Head and one row for each kind of run, as in the terminal. */
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** The runs of one seed from the sources alone and with adaptation. */
  readonly before: AdaptationEvaluation | null;
  readonly after: AdaptationEvaluation | null;
  /** The target's confusion matrix, summed over the seeds. */
  readonly confusion: Confusion | null;
}

/** One self-contained page that compares adaptation with learning from the sources alone and from the target itself. */
export async function comparisonReport({ title, rows, notes, before, after, confusion }: ComparisonReport): Promise<string> {
  await startNumbering();
  const [head = [], ...body] = rows;
  const mapsOf = async (evaluation: AdaptationEvaluation | null, caption: string): Promise<string[]> => {
    return evaluation === null ? [] : featureMaps(evaluation.map, caption);
  };
  const maps = [...(await mapsOf(before, 'before: ')), ...(await mapsOf(after, 'after: '))];
  return page(title, [
    section('What adaptation is worth', table(padded(head), body.map(padded)), ...notes.map((note) => `<p>${escapeHtml(note)}</p>`)),
    ...(maps.length === 0 ? [] : [section('Features of test examples of all domains', columns(maps))]),
    ...(await confusionSection(confusion ?? undefined, after?.classes ?? [])),
  ]);
}

/** Tables have three columns of text first. */
function padded([first = '', ...rest]: readonly string[]): string[] {
  return [first, '', '', ...rest];
}

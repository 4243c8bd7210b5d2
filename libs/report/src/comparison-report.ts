import { confusionSection, featureMaps } from './adaptation-report.js';
import { startNumbering } from './charts.js';
import { page, section, table } from './page.js';
import type { AdaptationEvaluation, DomainEvaluation } from './run-evaluation.js';

export interface ComparisonReport {
  readonly title: string;
  /** Head and one row for each kind of run, as in the terminal. */
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** Of one seed: before and after. */
  readonly before: AdaptationEvaluation | null;
  readonly after: AdaptationEvaluation | null;
  /** The target's confusion matrix, summed over the seeds. */
  readonly confusion: Pick<DomainEvaluation, 'name' | 'labelled' | 'confusion'> | null;
}

/** One self-contained page: what adaptation is worth between learning from the sources alone and from the target itself. */
export async function comparisonReport({ title, rows, notes, before, after, confusion }: ComparisonReport): Promise<string> {
  startNumbering();
  const [head = [], ...body] = rows;
  const maps = [...(before === null ? [] : await featureMaps(before.map, 'before: ')), ...(after === null ? [] : await featureMaps(after.map, 'after: '))];
  return page(title, [
    section('What adaptation is worth', table(padded(head), body.map(padded)), ...notes.map((note) => `<p>${note}</p>`)),
    ...(maps.length === 0 ? [] : [section('Features of test examples of all domains', `<div class="columns">${maps.join('')}</div>`)]),
    ...(await confusionSection(confusion ?? undefined, after?.classes ?? [])),
  ]);
}

/** Tables have three columns of text first. */
function padded([first = '', ...rest]: readonly string[]): string[] {
  return [first, '', '', ...rest];
}

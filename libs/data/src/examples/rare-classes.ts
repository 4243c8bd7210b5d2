import { MISSING } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import type { ExamplesToSplit } from './examples-to-split.js';

/** Rows without those of rare classes, and what was left out. */
export interface WithoutRare { readonly rows: Uint32Array; readonly notes: readonly ReadingNote[] }

/** Leaves out the examples of classes that have fewer than `least` of them; with domains, of each domain by itself. */
export function leaveOutRare(
  { rows, label, domain }: Pick<ExamplesToSplit, 'rows' | 'label' | 'domain'>, least: number,
): WithoutRare {
  if (label === null || least <= 1) return { rows, notes: [] };
  const keyOf = (row: number): number => (domain?.values[row] ?? 0) * label.categories.length + (label.values[row] ?? 0);
  const isLabelled = (row: number): boolean => label.values[row] !== MISSING;
  const counts = new Map<number, number>();
  for (const row of rows) if (isLabelled(row)) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  const kept = rows.filter((row) => !isLabelled(row) || (counts.get(keyOf(row)) ?? 0) >= least);
  if (kept.length === rows.length) return { rows, notes: [] };
  const rare = [...counts].filter(([, count]) => count < least).sort(([a], [b]) => a - b).map(([key, count]) => {
    const className = label.categories[key % label.categories.length] ?? '';
    const domainName = domain?.categories[Math.floor(key / label.categories.length)];
    return `${className}${domainName === undefined ? '' : ` in ${domainName}`} (${count})`;
  });
  const shown = rare.length > 10 ? `${rare.slice(0, 10).join(', ')} and ${rare.length - 10} more` : rare.join(', ');
  const left = rows.length - kept.length;
  const text = `${left.toLocaleString('en-US')} example${left === 1 ? '' : 's'} of classes with fewer than ${least} left out `
    + `(--min-per-class): ${shown}`;
  return { rows: kept, notes: [{ kind: 'notice', text }] };
}

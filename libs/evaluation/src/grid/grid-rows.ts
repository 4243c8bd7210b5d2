import { gridExamples, MISSING, type DataSource } from '@lethe/data';
import type { RunDescription } from '@lethe/graphs';
import { gridColumns } from './grid-columns.js';

/** Rows of a picture of attributes. */
const MOST_ROWS = 8;

/**
 * The test examples of the rows of the picture that a run ends with: one of each class where its columns are the values of the label, else
 * examples of every combination of what the decoder is told, by turns. A pure function of its arguments.
 */
export function gridRows(description: Pick<RunDescription, 'objective' | 'facts' | 'config'>, data: DataSource): Uint32Array {
  const columns = gridColumns(description);
  return columns?.some(({ shows }) => shows === 'original') === true ? examplesOfAttributes(data) : gridExamples(data);
}

function examplesOfAttributes({ facts: { forgotten }, test }: DataSource): Uint32Array {
  const alone = forgotten.flatMap(({ of }, place) => (of.length > 1 ? [] : [test.forgotten[place] as Uint32Array]));
  const groups = new Map<string, number[]>();
  for (let example = 0; example < test.count; example += 1) {
    const values = alone.map((of) => of[example] ?? MISSING);
    if (values.includes(MISSING)) continue;
    const group = groups.get(values.join()) ?? [];
    group.push(example);
    groups.set(values.join(), group);
  }
  const turns = [...groups.keys()].sort().map((key) => groups.get(key) ?? []);
  const longest = turns.reduce((most, { length }) => Math.max(most, length), 0);
  const byTurns = Array.from({ length: Math.min(longest, MOST_ROWS) }, (_, turn) => turns.flatMap((group) => group.slice(turn, turn + 1)));
  return Uint32Array.from(byTurns.flat().slice(0, MOST_ROWS).sort((one, other) => one - other));
}

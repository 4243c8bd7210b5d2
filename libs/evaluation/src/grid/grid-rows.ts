import { gridExamples, MISSING, type DataSource } from '@lethe/data';
import type { RunDescription } from '@lethe/graphs';
import { gridColumns } from './grid-columns.js';

/** Rows of a picture of attributes. */
const MOST_ROWS = 8;

/**
 * The test examples of the rows of the picture that a run ends with: one of each class where its columns are the values of the label, else
 * examples of every combination of what the decoder is told, by turns; of more than there are rows, of those that show each value of each
 * attribute about as often. A pure function of its arguments.
 */
export function gridRows(description: Pick<RunDescription, 'objective' | 'facts' | 'config'>, data: DataSource): Uint32Array {
  const columns = gridColumns(description);
  return columns?.some(({ shows }) => shows === 'original') === true ? examplesOfAttributes(data) : gridExamples(data);
}

function examplesOfAttributes({ facts: { forgotten }, test }: DataSource): Uint32Array {
  const alone = forgotten.flatMap(({ of }, place) => (of.length > 1 ? [] : [test.forgotten[place] as Uint32Array]));
  const groups = new Map<string, Combination>();
  for (let example = 0; example < test.count; example += 1) {
    const values = alone.map((of) => of[example] ?? MISSING);
    if (values.includes(MISSING)) continue;
    const group = groups.get(values.join()) ?? { values, examples: [] };
    group.examples.push(example);
    groups.set(values.join(), group);
  }
  const combinations = [...groups.keys()].sort().flatMap((key) => groups.get(key) ?? []);
  return chosenExamples(combinations).sort();
}

/** Test examples that have the same values of all attributes. */
interface Combination {
  readonly values: readonly number[];
  readonly examples: number[];
}

/** Of the combinations that were chosen least, one whose values were shown least; so on until there are enough, or no more. */
function chosenExamples(combinations: readonly Combination[]): Uint32Array {
  const chosen: number[] = [];
  const turns = combinations.map(() => 0);
  /** How often each value of each attribute is shown. */
  const shown = (combinations[0]?.values ?? []).map(() => new Map<number, number>());
  while (chosen.length < MOST_ROWS) {
    const [next] = combinations.flatMap(({ values, examples }, index) => {
      const turn = turns[index] ?? 0;
      const times = values.reduce((sum, value, attribute) => sum + (shown[attribute]?.get(value) ?? 0), 0);
      return turn < examples.length ? [{ values, example: examples[turn] ?? 0, index, turn, times }] : [];
    }).sort((one, other) => one.turn - other.turn || one.times - other.times || one.index - other.index);
    if (next === undefined) break;
    chosen.push(next.example);
    turns[next.index] = next.turn + 1;
    for (const [attribute, value] of next.values.entries()) shown[attribute]?.set(value, (shown[attribute].get(value) ?? 0) + 1);
  }
  return Uint32Array.from(chosen);
}

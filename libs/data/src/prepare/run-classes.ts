import { choosesNothing } from '../attributes/assign-roles.js';
import type { ChosenNames } from '../attributes/read-chosen.js';
import { invalidData } from '../invalid-data.js';
import { MISSING } from '../model/attributes.js';
import { sortedClassNames } from '../name-order.js';
import { labelOf, type SplitPopulation } from './population.js';

/** Which classes a run has. */
export interface ClassesWanted {
  /** Folder or file, for messages. */
  readonly origin: string;
  /** Null: those of the labels. */
  readonly classes: readonly string[] | null;
  /** What the run keeps and forgets; null or left out: it needs classes. */
  readonly chosen?: ChosenNames | null;
}

/**
 * The classes of a run, in order: those that are given, else the labels of the training examples of those populations that define them.
 * @throws LetheError DATA_INVALID if they have fewer than two, unless the run keeps and forgets nothing
 */
export function classesOf(
  populations: readonly SplitPopulation[], { origin, classes, chosen = null }: ClassesWanted,
): readonly string[] {
  if (classes !== null) return classes;
  const defining = populations.filter(({ definesClasses }) => definesClasses);
  const names = new Set(defining.flatMap((population) => [...trainingLabels(population)]));
  if (names.size > 1 || (chosen !== null && choosesNothing(chosen))) return sortedClassNames(names);
  if (names.size === 1) throw invalidData(origin, 'at least 2 classes', `1 (${JSON.stringify([...names][0])})`);
  throw invalidData(origin, `training examples with a label in ${defining.map(({ name }) => name).join(', ')}`, 'none');
}

function trainingLabels({ examples, train }: SplitPopulation): Set<string> {
  const label = labelOf(examples);
  if (label === null) return new Set();
  const found = new Set<number>();
  for (const example of train) found.add(label.values[example] as number);
  found.delete(MISSING);
  return new Set([...found].map((value) => label.categories[value] ?? ''));
}

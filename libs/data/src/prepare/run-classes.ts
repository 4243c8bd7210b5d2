import { invalidData } from '../invalid-data.js';
import { MISSING } from '../model/attributes.js';
import { sortedClassNames } from '../name-order.js';
import { labelOf, type SplitPopulation } from './population.js';

/**
 * The classes of a run, in order: those that are given, else the labels of the training examples of those populations that define them.
 * @throws LetheError DATA_INVALID if they have fewer than two
 */
export function classesOf(
  populations: readonly SplitPopulation[], { origin, classes }: { readonly origin: string; readonly classes: readonly string[] | null },
): readonly string[] {
  if (classes !== null) return classes;
  const defining = populations.filter(({ definesClasses }) => definesClasses);
  const names = new Set(defining.flatMap((population) => [...trainingLabels(population)]));
  if (names.size > 1) return sortedClassNames(names);
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

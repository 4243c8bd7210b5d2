import { MISSING, type DataFacts, type Dataset } from '@lethe/data';

/** Least share of examples that would have to be of another class or category for training and test examples to pair them alike. */
const LEAST_SHARE = 0.1;

/**
 * Forgotten attributes that test examples pair with the label otherwise than training examples do: a probe that has learnt from these
 * reads an attribute by the label, which it cannot where the two have nothing to do with each other. What few test examples differ in by
 * chance does not count.
 */
export function pairedOtherwise({ facts: { forgotten }, test }: {
  readonly facts: Pick<DataFacts, 'forgotten'>; readonly test: Pick<Dataset, 'labels' | 'forgotten'>;
}): string[] {
  return forgotten.flatMap(({ name, countsByLabel, isLabel }, index) => {
    const tested = countsOf(test, index, countsByLabel);
    const all = total(tested);
    if (isLabel || all === 0) return [];
    const cells = countsByLabel.flat();
    const [trained, found] = [total(countsByLabel), tested.flat()];
    const unlike = cells.reduce((sum, count, cell) => sum + Math.abs(count / trained - (found[cell] ?? 0) / all) / 2, 0);
    // A sample deviates from what it is drawn from by about so much.
    const byChance = Math.sqrt(cells.length / all) / 2;
    return unlike > LEAST_SHARE + byChance ? [name] : [];
  });
}

/** Test examples [class of the label][category]. */
function countsOf(
  { labels, forgotten }: Pick<Dataset, 'labels' | 'forgotten'>, index: number, like: readonly (readonly number[])[],
): number[][] {
  const counts = like.map((row) => row.map(() => 0));
  const categories = forgotten[index] ?? new Uint32Array(0);
  for (const [example, category] of categories.entries()) {
    const row = counts[labels[example] ?? MISSING];
    if (row?.[category] !== undefined) row[category] += 1;
  }
  return counts;
}

function total(counts: readonly (readonly number[])[]): number {
  return counts.flat().reduce((sum, count) => sum + count, 0);
}

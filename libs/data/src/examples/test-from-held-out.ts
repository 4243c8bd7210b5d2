import type { ReadingNote, Split } from '../model/examples.js';

/** Splits as the data say them, with what there is to say about them. */
export interface SaidSplits {
  readonly splits: readonly Split[] | null;
  readonly notes: readonly ReadingNote[];
}

/** Data that come in a part for training and one for validation are tested with the latter: held-out examples are drawn then. */
export function testFromHeldOut(splits: readonly Split[] | null): SaidSplits {
  if (splits === null || splits.includes('test') || !splits.includes('held-out')) return { splits, notes: [] };
  const count = splits.filter((split) => split === 'held-out').length;
  const text = `there is no part for testing: the ${count} examples for validation are tested with, and held-out ones are drawn from the `
    + 'others';
  return { splits: splits.map((split) => (split === 'held-out' ? 'test' : split)), notes: [{ kind: 'warning', text }] };
}

/* eslint-disable lethe/no-former-words -- what the rule finds is what is tested */
import { expect, it } from 'vitest';

const { formerWordsIn } = (await import(new URL('former-words.mjs', import.meta.url).href)) as {
  formerWordsIn: (text: string) => { readonly index: number; readonly former: string }[];
};

it('finds words of earlier versions in texts and as parts of names, and not within other words', () => {
  const text = 'openLease(#engagement) // a lease is dealt, a release is not; Leased, TakeVector, ledgers';
  expect(formerWordsIn(text).map(({ index, former }) => `${former} at ${index}`).sort()).toEqual([
    'dealt at 37', 'engagement at 11', 'lease at 28', 'lease at 4', 'takeVector at 70',
  ]);
});

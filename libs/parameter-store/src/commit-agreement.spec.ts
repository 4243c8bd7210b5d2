import { NORM_BLOCK_LENGTH, type Prepared } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { CommitAgreement } from './commit-agreement.js';

const HOLDERS = [{ from: 0, to: 2 * NORM_BLOCK_LENGTH }, { from: 2 * NORM_BLOCK_LENGTH, to: 2 * NORM_BLOCK_LENGTH + 10 }];

function prepared(firstNormBlock: number, change: Partial<Prepared> = {}): Prepared {
  const squares = firstNormBlock === 0 ? Float64Array.of(4, 9) : Float64Array.of(3);
  return { kind: 'prepared', group: 'classifier', version: 7, firstNormBlock, notFinite: '', squares, ...change };
}

describe('the lead server', () => {
  it('commits when every server that holds the group has voted, whoever was first', () => {
    for (const order of [[0, 2], [2, 0]]) {
      const agreement = new CommitAgreement(HOLDERS, 1);
      const [first, last] = order.map((block) => agreement.vote(prepared(block), block === 0 ? null : 'follower'));
      expect(first).toBeNull();
      expect(last).toEqual({ kind: 'commit', version: 7, scale: Math.fround(1 / (4 + 1e-6)), gradientNorm: 4, followers: ['follower'] });
    }
  });

  it('asks for no norm of a group that is not clipped', () => {
    const agreement = new CommitAgreement(HOLDERS, null);
    const squares = new Float64Array(0);
    agreement.vote(prepared(0, { squares }), null);
    expect(agreement.vote(prepared(2, { squares }), 'follower')).toMatchObject({ kind: 'commit', scale: 1, gradientNorm: 0 });
  });

  it('waits for all before it refuses, and names the first segment in the order of the vector', () => {
    const agreement = new CommitAgreement(HOLDERS, 1);
    expect(agreement.vote(prepared(2, { notFinite: 'second.weight' }), 'follower')).toBeNull();
    expect(agreement.vote(prepared(0, { notFinite: 'first.weight' }), null)).toEqual({ kind: 'refuse', version: 7, notFinite: 'first.weight' });
  });

  it('counts a repeated vote once, and forgets the votes when another state is loaded', () => {
    const agreement = new CommitAgreement(HOLDERS, 1);
    agreement.vote(prepared(0), null);
    expect(agreement.vote(prepared(0), null)).toBeNull();
    agreement.reset();
    expect(agreement.vote(prepared(2, { version: 3 }), 'follower')).toBeNull();
    expect(agreement.vote(prepared(0, { version: 3 }), null)).toMatchObject({ kind: 'commit', version: 3 });
  });

  it.each([
    { what: 'a block where no slice begins', vote: prepared(1), message: 'no server holds classifier from norm block 1' },
    { what: 'another version', vote: prepared(2, { version: 8 }), message: 'version 7 of classifier is being decided, found version 8' },
    { what: 'the wrong number of squares', vote: prepared(2, { squares: Float64Array.of(1, 2) }), message: 'expected 1 squares of classifier, found 2' },
  ])('refuses a vote of $what', ({ vote, message }) => {
    const agreement = new CommitAgreement(HOLDERS, 1);
    agreement.vote(prepared(0), null);
    expect(() => agreement.vote(vote, 'stranger')).toThrow(message);
  });
});

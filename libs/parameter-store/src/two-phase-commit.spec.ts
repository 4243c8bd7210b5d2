import { NORM_TILE_LENGTH, type Prepared } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { TwoPhaseCommit, type Voter } from './two-phase-commit.js';

const SLICES = [
  { from: 0, to: 2 * NORM_TILE_LENGTH },
  { from: 2 * NORM_TILE_LENGTH, to: 2 * NORM_TILE_LENGTH + 10 },
  { from: 2 * NORM_TILE_LENGTH + 10, to: 2 * NORM_TILE_LENGTH + 10 },
];
const LEAD: Voter = { peer: null, place: 0 };
const FOLLOWER: Voter = { peer: 'follower', place: 1 };

function prepared(firstNormTile: number, change: Partial<Prepared> = {}): Prepared {
  const squares = firstNormTile === 0 ? Float64Array.of(4, 9) : Float64Array.of(3);
  return { kind: 'prepared', group: 'classifier', version: 7, firstNormTile, squares, ...change };
}

describe('the lead server', () => {
  it('commits when every server that holds the group has voted, whoever was first', () => {
    for (const order of [[0, 2], [2, 0]]) {
      const commit = new TwoPhaseCommit(SLICES, 1);
      const [first, last] = order.map((tile) => commit.vote(prepared(tile), tile === 0 ? LEAD : FOLLOWER));
      expect(first).toBeNull();
      expect(last).toEqual({ version: 7, scale: Math.fround(1 / (4 + 1e-6)), gradientNorm: 4, followers: ['follower'] });
    }
  });

  it('asks for no norm of a group that is not clipped', () => {
    const commit = new TwoPhaseCommit(SLICES, null);
    const squares = new Float64Array(0);
    commit.vote(prepared(0, { squares }), LEAD);
    expect(commit.vote(prepared(2, { squares }), FOLLOWER)).toMatchObject({ scale: 1, gradientNorm: 0 });
  });

  it('counts a repeated vote once, and forgets the votes when another state is loaded', () => {
    const commit = new TwoPhaseCommit(SLICES, 1);
    commit.vote(prepared(0), LEAD);
    expect(commit.vote(prepared(0), LEAD)).toBeNull();
    commit.reset();
    expect(commit.vote(prepared(2, { version: 3 }), FOLLOWER)).toBeNull();
    expect(commit.vote(prepared(0, { version: 3 }), LEAD)).toMatchObject({ version: 3 });
  });

  it.each([
    {
      what: 'a tile where its slice does not begin',
      vote: prepared(1),
      message: 'parameter server 2 does not hold classifier from norm tile 1',
    },
    { what: 'the slice of another server', vote: prepared(0), message: 'parameter server 2 does not hold classifier from norm tile 0' },
    {
      what: 'a slice of which it has nothing',
      vote: prepared(2),
      voter: { peer: 'third', place: 2 },
      message: 'parameter server 3 does not hold classifier from norm tile 2',
    },
    { what: 'another version', vote: prepared(2, { version: 8 }), message: 'version 7 of classifier is being decided, found version 8' },
    {
      what: 'the wrong number of squares',
      vote: prepared(2, { squares: Float64Array.of(1, 2) }),
      message: 'expected 1 squares of classifier, found 2',
    },
  ])('refuses a vote of $what', ({ vote, voter = FOLLOWER, message }) => {
    const commit = new TwoPhaseCommit(SLICES, 1);
    commit.vote(prepared(0), LEAD);
    expect(() => commit.vote(vote, voter)).toThrow(message);
  });
});

import type { OptimizerConfig } from '@lethe/config';
import { errorCode } from '@lethe/errors';
import { chunksOf, piecesOf, type GroupLayout, type GroupState } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { GroupOptimizer } from './group-optimizer.js';
import { GroupStore } from './group-store.js';

const PIECE = piecesOf({ from: 0, to: 2 ** 23 })[0]?.to ?? 0;
const LENGTH = PIECE + 1000;
const LAYOUT: GroupLayout = {
  name: 'encoder',
  length: LENGTH,
  segments: [{ name: 'weight', network: 'encoder', shape: [LENGTH], offset: 0, length: LENGTH }],
  statistics: [],
  statisticsLength: 0,
};
const sgd: OptimizerConfig = {
  kind: 'sgd',
  learningRate: 0.1,
  momentum: 0.9,
  schedule: { kind: 'constant', warmupRounds: 0, finalFactor: 1, until: 1 },
};
const optimization = { optimizers: { encoder: sgd }, averaging: null, averagedNetworks: [] };

function store(): GroupStore {
  const optimizer = new GroupOptimizer(LAYOUT, optimization, 10);
  return new GroupStore({
    layout: LAYOUT,
    slice: { from: 0, to: LENGTH }, chunks: chunksOf({ from: 0, to: LENGTH }),
    isLead: true,
    shards: 1,
    clipNorm: null,
    optimizer,
    freshNetworks: () => new Map(),
    innerSteps: [],
  });
}

/** The piece that begins at `offset` of a state whose values are `value`, and its slots one more. */
function piece(version: number, value: number, offset: number): GroupState {
  const length = Math.min(LENGTH, offset + PIECE) - offset;
  const { slotNames, initialScalars } = new GroupOptimizer(LAYOUT, optimization, 10);
  const slots = Object.fromEntries(slotNames.map((name) => [name, new Float32Array(length).fill(value + 1)]));
  return {
    group: 'encoder',
    version,
    values: new Float32Array(length).fill(value),
    slots,
    scalars: { ...initialScalars },
    statistics: offset === 0 ? new Float32Array(0) : null,
  };
}

describe('a state that comes in pieces', () => {
  it('is in use when it is complete, and comes back in the same pieces', () => {
    const held = store();
    const answered: number[] = [];
    held.atVersion(3, () => answered.push(3));
    held.load(piece(3, 7, 0), 0);
    held.load(piece(3, 7, 0), 0); // a line that broke brings it again
    expect([held.version, answered]).toEqual([null, []]);
    held.load(piece(3, 7, PIECE), PIECE);
    held.load(piece(3, 9, PIECE), PIECE);
    expect([held.version, answered]).toEqual([3, [3]]);
    for (const offset of [0, PIECE]) {
      const { values, slots } = held.capture(offset);
      expect([
        values.length,
        values.every((value) => value === 7),
        ...Object.values(slots).map((slot) => slot.every((value) => value === 8)),
      ]).toEqual([offset === 0 ? PIECE : 1000, true, true]);
    }
    expect(() => held.capture(1)).toThrow('no piece of encoder begins at 1 here');
  });

  it('is refused out of order or of another length, and replaced by no other once it is complete', () => {
    const held = store();
    held.load(piece(2, 1, 0), 0);
    expect(held.version).toBeNull();
    const codeOf = (work: () => void): unknown => {
      try {
        work();
      } catch (error) {
        return errorCode(error);
      }
      return 'none';
    };
    expect(codeOf(() => { held.load(piece(2, 1, PIECE), PIECE + 5); })).toBe('CHECKPOINT_MISMATCH');
    expect(codeOf(() => { held.load(piece(2, 1, 0), PIECE); })).toBe('CHECKPOINT_MISMATCH');
    held.load(piece(2, 1, PIECE), PIECE);
    for (const offset of [0, PIECE]) held.load(piece(3, 7, offset), offset);
    expect(held.version).toBe(2);
  });
});

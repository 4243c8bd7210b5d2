import { LetheError, type ErrorCode } from '@lethe/errors';
import { chunksOf, type GroupLayout, type Push } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import type { GroupFacts } from './group-facts.js';
import { GroupOptimizer } from './group-optimizer.js';
import { validatePush } from './push-validation.js';

const LENGTH = 250_000;
const segments = [{ name: 'weight', network: 'encoder', shape: [LENGTH], offset: 0, length: LENGTH }];
const layout: GroupLayout = { name: 'encoder', length: LENGTH, segments, statistics: [], statisticsLength: 0 };
const schedule = { kind: 'constant', warmupRounds: 0, finalFactor: 1, until: 1 } as const;
const optimizers = { encoder: { kind: 'sgd', learningRate: 0.1, momentum: 0.9, schedule } } as const;
const slice = { from: 0, to: LENGTH };
const FACTS: GroupFacts = {
  layout,
  slice,
  chunks: chunksOf(slice),
  isLead: true,
  shards: 4,
  clipNorm: null,
  optimizer: new GroupOptimizer(layout, { optimizers, averaging: null, averagedNetworks: [] }, 10),
  freshNetworks: () => new Map(),
  innerSteps: [{ phase: 1, innerStep: 0, summaryLength: 2, losses: ['loss'] }],
};
const [FIRST, SECOND] = FACTS.chunks as unknown as [{ from: number; to: number }, { from: number; to: number }];
const PUSH: Push = {
  kind: 'push', group: 'encoder', version: 3, round: 2, phase: 1, innerStep: 0, node: { first: 2, count: 2 }, generation: 1, schemaHash: '',
  offset: 0, gradient: new Float32Array(FIRST.to), summary: new Float32Array(2),
};
const NEXT = { offset: SECOND.from, gradient: new Float32Array(SECOND.to - SECOND.from), summary: null };

describe('the validation of a push', () => {
  it('finds the place of its chunk, or that its version is committed', () => {
    expect(validatePush(PUSH, FACTS, 2)).toBe(0);
    expect(validatePush({ ...PUSH, ...NEXT }, FACTS, 2)).toBe(1);
    expect(validatePush(PUSH, FACTS, 3)).toBeNull();
  });

  const invalid: ErrorCode = 'PUSH_INVALID';
  const of = (what: string): string => `gradient of encoder, shards 2 to 3: ${what}`;
  it.each([
    { change: { version: 0 }, code: invalid, message: of('no gradient makes version 0') },
    { change: { node: { first: 1, count: 2 } }, code: invalid, message: '2 shards from shard 1 are no node of the tree over 4 shards' },
    { change: { offset: 9 }, code: invalid, message: of("no chunk of this server's slice [0, 250000) starts at 9") },
    { change: { gradient: new Float32Array(9) }, code: invalid, message: of('the chunk at 0 has 196608 elements, found 9') },
    {
      change: { round: 3 }, code: invalid,
      message: of('version 3 belongs to round 3, phase 2, inner step 1, found round 4, phase 2, inner step 1'),
    },
    { change: { summary: null }, code: invalid, message: of('the chunk at 0 comes with a summary of 2 elements, found none') },
    {
      change: { ...NEXT, summary: new Float32Array(2) }, code: invalid,
      message: of(`the chunk at ${SECOND.from} comes with no summary, found 2`),
    },
    { change: {}, version: null, code: 'VERSION_UNAVAILABLE' as const, message: 'encoder is not loaded yet' },
    {
      change: {}, version: 1, code: 'VERSION_UNAVAILABLE' as const,
      message: 'a gradient for version 3 of encoder came before version 2 was made',
    },
  ])('refuses with $code: $message', ({ change, version = 2, code, message }) => {
    expect(() => validatePush({ ...PUSH, ...change }, FACTS, version)).toThrow(new LetheError(code, message));
  });

  it('refuses a gradient of a group that nothing trains', () => {
    const message = of('nothing trains this group');
    expect(() => validatePush(PUSH, { ...FACTS, innerSteps: [] }, 2)).toThrow(new LetheError('PUSH_INVALID', message));
  });
});

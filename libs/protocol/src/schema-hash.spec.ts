import { describe, expect, it } from 'vitest';
import type { GroupLayout, SummaryLayout } from './parameter-layout.js';
import { schemaHash } from './schema-hash.js';

const GROUP: GroupLayout = {
  name: 'classifier',
  segments: [{ name: 'w', network: 'C', shape: [2, 3], offset: 0, length: 6 }],
  length: 6,
  statistics: [],
  statisticsLength: 0,
};
const SUMMARY: SummaryLayout = { statistics: [], statisticsLength: 0, losses: ['entropy'], length: 1 };

describe('schemaHash', () => {
  it('does not depend on the order in which properties were written', () => {
    const [segment] = GROUP.segments;
    const reversed = Object.fromEntries(Object.entries(segment!).reverse()) as typeof segment;
    expect(schemaHash([{ ...GROUP, segments: [reversed!] }], [SUMMARY])).toBe(schemaHash([GROUP], [SUMMARY]));
    expect(schemaHash([GROUP])).toMatch(/^[0-9a-f]{64}$/);
  });

  it('stays the one that checkpoints of earlier versions have', () => {
    expect(schemaHash([GROUP])).toBe('a7aade133e524fd23a2f769fe6dcd447f053989f0d134f36338515e8151bc094');
  });

  it('depends on every part of the layout', () => {
    const hash = schemaHash([GROUP], [SUMMARY]);
    expect(schemaHash([{ ...GROUP, length: 7 }], [SUMMARY])).not.toBe(hash);
    expect(schemaHash([{ ...GROUP, segments: [] }], [SUMMARY])).not.toBe(hash);
    expect(schemaHash([GROUP, GROUP], [SUMMARY])).not.toBe(hash);
    expect(schemaHash([GROUP], [{ ...SUMMARY, losses: ['distance'] }])).not.toBe(hash);
  });

  it("depends on the run's code, if there is any", () => {
    const hash = schemaHash([GROUP], [SUMMARY]);
    expect(schemaHash([GROUP], [SUMMARY], [])).toBe(hash);
    const withCode = schemaHash([GROUP], [SUMMARY], ['a1']);
    expect(withCode).not.toBe(hash);
    expect(schemaHash([GROUP], [SUMMARY], ['a2'])).not.toBe(withCode);
    expect(schemaHash([GROUP], [SUMMARY], ['a1', 'a2'])).not.toBe(withCode);
  });
});

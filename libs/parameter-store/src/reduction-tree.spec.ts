import { alignedNodes } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { ReductionTree } from './reduction-tree.js';

const shown = (): ReductionTree<string> => new ReductionTree(8, { combine: (left, right) => `(${left}${right})` });

describe('the tree over shards', () => {
  const whole = '(((01)(23))((45)(67)))';

  it('has one shape whatever the order of arrival', () => {
    for (const order of ['01234567', '76543210', '27451063', '04261537']) {
      const tree = shown();
      for (const shard of order) tree.add({ first: Number(shard), count: 1 }, shard);
      expect(tree.total).toBe(whole);
    }
  });

  it('takes sums of larger nodes, and drops parts of them that came before', () => {
    const discarded: string[] = [];
    const tree = new ReductionTree<string>(8, {
      combine: (left, right) => `(${left}${right})`,
      discard: (value) => { discarded.push(value); },
    });
    tree.add({ first: 1, count: 1 }, '1');
    tree.add({ first: 2, count: 2 }, '(23)');
    tree.add({ first: 0, count: 4 }, '((01)(23))');
    expect(discarded).toEqual(['1', '(23)']);
    expect(tree.covers({ first: 2, count: 2 })).toBe(true);
    expect(tree.covers({ first: 4, count: 1 })).toBe(false);
    expect(tree.total).toBeUndefined();
    for (const { first, count } of alignedNodes(4, 8)) tree.add({ first, count }, '((45)(67))');
    expect(tree.total).toBe(whole);
  });

  it('takes the half again that is not kept of two that make no node', () => {
    const tree = new ReductionTree<string>(4, {
      combine: (left, right) => (/x/.test(left + right) ? null : `(${left}${right})`),
      isKept: (value) => value !== 'x',
    });
    const add = (first: number, count: number, value: string): void => { tree.add({ first, count }, value); };
    add(1, 1, 'x');
    add(2, 2, '(23)');
    add(0, 1, '0');
    expect([0, 1, 2].map((first) => tree.covers({ first, count: 1 }))).toEqual([true, false, true]);
    add(1, 1, '1');
    expect(tree.total).toBe('((01)(23))');
  });
});

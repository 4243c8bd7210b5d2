import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AlikeLines } from './alike-lines.js';

beforeEach(() => { vi.useFakeTimers({ toFake: ['performance'] }); });
afterEach(() => { vi.useRealTimers(); });

it('writes one of the lines that are alike in ten seconds, with the number of those that are left out', () => {
  const alike = new AlikeLines();
  expect([alike.count('a'), alike.count('a'), alike.count('b'), alike.count('a')]).toEqual([0, null, 0, null]);
  vi.advanceTimersByTime(9999);
  expect(alike.count('a')).toBeNull();
  vi.advanceTimersByTime(1);
  expect([alike.count('a'), alike.count('a'), alike.count('b')]).toEqual([3, null, 0]);
});

it('does not grow with the kinds of lines', () => {
  const alike = new AlikeLines();
  for (let kind = 0; kind < 1000; kind += 1) alike.count(String(kind));
  expect(alike.count('0')).toBeNull();
  alike.count('one too many');
  expect(alike.count('0')).toBe(0);
});

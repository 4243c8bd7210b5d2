import { readlink } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { lowerThreadPriority } from './background-threads.js';

it.runIf(process.platform === 'linux')('the threads that read files and decode give way, the thread that computes does not', async () => {
  const before = getPriority(process.pid);
  await lowerThreadPriority();
  const links = await Promise.all(Array.from({ length: 64 }, () => readlink('/proc/thread-self')));
  const threads = [...new Set(links.map((link) => Number(link.split('/').at(-1))))];
  expect(threads).not.toContain(process.pid);
  expect(threads.map((thread) => getPriority(thread))).toEqual(threads.map(() => 10));
  expect(getPriority(process.pid)).toBe(before);
});

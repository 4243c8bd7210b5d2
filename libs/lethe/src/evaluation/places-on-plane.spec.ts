import { LetheError } from '@lethe/errors';
import { expect, it } from 'vitest';
import { placesOnPlane } from './places-on-plane.js';

const vectors = { values: Float32Array.from({ length: 200 }, (_, index) => Math.sin(index)), size: 2 };

it('a map is laid out no further once its run has ended', async () => {
  const stopped = new LetheError('INTERRUPTED', 'stopped by SIGINT');
  let end: (error: LetheError) => void = () => undefined;
  const control = { until: () => new Promise<void>((_, reject) => { end = reject; }), recheck: () => undefined };
  const laidOut = placesOnPlane({ control }, vectors, 100);
  setImmediate(() => { end(stopped); });
  await expect(laidOut).rejects.toBe(stopped);
});

it('nothing waits for the end of the run once a map is laid out', async () => {
  let isMet: () => boolean = () => false;
  const seen: boolean[] = [];
  const control = {
    until: (condition: () => boolean) => { isMet = condition; return new Promise<void>(() => undefined); },
    recheck: () => { seen.push(isMet()); },
  };
  expect(await placesOnPlane({ control }, vectors, 100)).toHaveLength(100);
  expect(seen).toEqual([true]);
});

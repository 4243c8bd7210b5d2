import { expect, it } from 'vitest';
import { Changes } from './changes.js';

it('a change wakes all that wait for the next one, and none that ask after it', async () => {
  const changes = new Changes();
  const woken: string[] = [];
  const waiting = ['first', 'second'].map((name) => changes.next.then(() => { woken.push(name); }));
  changes.notify();
  const later = changes.next.then(() => { woken.push('later'); });
  await Promise.all(waiting);
  expect(woken).toEqual(['first', 'second']);
  changes.notify();
  await later;
  expect(woken).toEqual(['first', 'second', 'later']);
});

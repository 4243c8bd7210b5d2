import { describe, expect, it } from 'vitest';
import { Places, type HostPlace } from './places.js';

const { signal } = new AbortController();
const where = async (place: Promise<HostPlace | null>): Promise<string> => {
  const { host, index } = (await place) ?? { host: 'nowhere', index: 0 };
  return `${host} ${index}`;
};

describe('places on hosts', () => {
  it('are given in the order of the list, and kept for who had them', async () => {
    const places = new Places([{ host: 'a', places: 1 }, { host: 'b', places: 2 }]);
    const given = ['one', 'two', 'three'].map((name) => places.take(name, signal));
    expect(await Promise.all(given.map(where))).toEqual(['a 0', 'b 0', 'b 1']);
    for (const place of await Promise.all(given)) if (place !== null) places.free(place, true);
    expect(await where(places.take('two', signal))).toBe('b 0');
    expect(await where(places.take('four', signal))).toBe('a 0');
    expect(await where(places.take('five', signal))).toBe('b 1');
  });

  it('are waited for, in the order in which processes came, or given up', async () => {
    const places = new Places([{ host: 'a', places: 1 }]);
    const first = await places.take('first', signal);
    const given = new AbortController();
    const [second, third] = [places.take('second', given.signal), places.take('third', signal)];
    given.abort();
    expect(await second).toBeNull();
    if (first !== null) places.free(first, true);
    expect(await where(third)).toBe('a 0');
  });

  it('of a host that could not be reached come last, until it is reached', async () => {
    const places = new Places([{ host: 'a', places: 1 }, { host: 'b', places: 1 }]);
    const lost = await places.take('one', signal);
    if (lost !== null) places.free(lost, false);
    const moved = await places.take('one', signal);
    expect(moved?.host).toBe('b');
    const tried = await places.take('two', signal);
    expect(tried?.host).toBe('a');
    for (const place of [moved, tried]) if (place !== null) places.free(place, true);
    expect(await where(places.take('two', signal))).toBe('a 0');
  });
});

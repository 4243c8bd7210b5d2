import { describe, expect, it } from 'vitest';
import { parseHosts } from './host-list.js';

describe('a list of hosts', () => {
  it('has names, addresses and users, with the number of places of each', () => {
    expect(parseHosts('a, b:4,me@node-7.example.org:2,[fd00::1]:3,localhost,a:2')).toEqual([
      { host: 'a', places: 3 }, { host: 'b', places: 4 }, { host: 'me@node-7.example.org', places: 2 }, { host: 'fd00::1', places: 3 },
      { host: 'localhost', places: 1 },
    ]);
  });

  it.each(['', 'a,,b', 'a:0', 'a:many', '-oProxyCommand=x', 'a b', 'me@', 'a;b', 'a:1025'])('is not %j', (list) => {
    expect(() => parseHosts(list)).toThrow(/^hosts: expected hosts as in a,b:4 .*, found /);
  });
});

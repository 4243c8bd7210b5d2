import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isPermitted, PERMISSIONS } from './permissions.js';

const SHORT = { worker: 'worker', 'parameter-server': 'server', coordinator: 'coordinator' } as const;

describe('the table of permissions', () => {
  it('is the one that docs/wire.md shows', () => {
    const page = readFileSync(new URL('../../../docs/wire.md', import.meta.url), 'utf8');
    const shown = [...page.matchAll(/^\| `(\w+)` \| (\S+) \| (\S+) \| ([^|]*) \| ([^|]*) \|$/gm)].map((row) => row.slice(1));
    const known = Object.entries(PERMISSIONS).flatMap(([kind, permissions]) =>
      permissions.map(({ from, to, standings, about }) => [kind, SHORT[from], SHORT[to], standings.join(', '), about]),
    );
    expect(shown).toEqual(known);
  });

  it('allows what it names and nothing else', () => {
    expect(isPermitted('stepReport', 'worker', 'coordinator', 'ready')).toBe(true);
    expect(isPermitted('stepReport', 'worker', 'coordinator', 'joining')).toBe(false);
    expect(isPermitted('committed', 'worker', 'coordinator')).toBe(false);
    expect(isPermitted('push', 'worker', 'coordinator')).toBe(false);
  });
});

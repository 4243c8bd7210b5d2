import { join } from 'node:path';
import { INSTALLATION } from '@lethe/programs';
import { describe, expect, it } from 'vitest';
import { privateText } from './private-text.js';

const hidden = (text: string): string => privateText(text, { userFolder: '/work/ann/project', home: '/root' });

describe('text that may be shown to others', () => {
  it.each([
    ['a folder of the user: /root/data/x.png', 'a folder of the user: ~/data/x.png'],
    ['"/root"', '"~"'],
    ['/home/ann/data and /Users/Bob/data', '~/data and ~/data'],
    ['/work/ann/project/runs/mild/logs', './runs/mild/logs'],
    [`at ${join(INSTALLATION, 'apps/worker/dist/main.js')}:3:4`, 'at <lethe>/apps/worker/dist/main.js:3:4'],
    [`--key K${'a'.repeat(43)} --token-file /home/ann/token`, '--key [removed] --token-file ~/token'],
  ])('loses what tells who somebody is: %s', (text, shown) => { expect(hidden(text)).toBe(shown); });

  it.each(['/rooted/data', '/work/ann/projects', 'relative/home/ann', 'a1'.repeat(32), '/data/shared'])('stays: %s', (text) => {
    expect(hidden(text)).toBe(text);
  });

  it('keeps its slashes where the user typed at the root', () => {
    expect(privateText('/data/x', { userFolder: '/', home: '/' })).toBe('/data/x');
  });
});

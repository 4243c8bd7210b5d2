import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lethe } from './lethe-process.js';

const cache = mkdtempSync(join(tmpdir(), 'lethe-documented-cache-'));
const text = readFileSync(fileURLToPath(new URL('../../../docs/using.md', import.meta.url)), 'utf8');
const commands = [...text.matchAll(/^ {4}npx lethe (.+)$/gm)].map(([, command = '']) => command);

beforeAll(() => {
  vi.stubEnv('LETHE_CACHE', cache);
  for (const kind of ['judges', 'controls']) {
    mkdirSync(join(cache, kind));
    writeFileSync(join(cache, kind, 'data-native-1.bin'), Buffer.alloc(100_000));
  }
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

it('the page on disk and memory clears the cache in steps, as it says', async () => {
  expect(commands).toEqual(['cache', 'cache clear judges', 'cache clear']);
  const outputs: string[] = [];
  for (const command of commands) {
    const { code, output } = await lethe(command.split(' '));
    expect(code, output).toBe(0);
    outputs.push(output);
  }
  expect(outputs[0]).toMatch(/^judges +1 +[\d.]+ kB .*\ncontrols +1 /m);
  expect(outputs[1]).toMatch(/^judges: removed 1 \([\d.]+ kB\), trained again when needed\n[\d.]+ kB freed in /);
  expect(outputs[2]).toMatch(/^controls: removed 1 /);
  expect(['judges', 'controls'].flatMap((kind) => readdirSync(join(cache, kind)))).toEqual([]);
}, 60_000);

it('every kind of thing in the cache is explained', async () => {
  const { output } = await lethe(['cache', '--help']);
  const kinds = [...output.matchAll(/^ {2}([\w-]+) +[^;\n]+; .*$/gm)].map(([, kind = '']) => kind);
  expect(kinds.length).toBeGreaterThan(5);
  expect(kinds.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
}, 60_000);

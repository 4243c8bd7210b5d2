import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lethe } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-documented-use-'));
const cache = join(folder, 'cache');
const text = readFileSync(fileURLToPath(new URL('../../../docs/using.md', import.meta.url)), 'utf8');
const commands = [...text.matchAll(/^ {4}npx lethe (.+)$/gm)].map(([, command = '']) => command);

/** What a command of the page prints. */
async function printed(command: string): Promise<string> {
  const { code, output } = await lethe(command.split(' '));
  expect(code, output).toBe(0);
  return output;
}

beforeAll(() => {
  vi.stubEnv('INIT_CWD', folder);
  makeSmallData(join(folder, 'digits'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('these are all commands of the page', () => {
  expect(commands).toEqual([
    'runs', 'compare mild strong', 'train --data-dir digits --init-from mild --name further', 'cache', 'cache clear judges', 'cache clear',
  ]);
});

it('runs are listed as the page says', async () => {
  const small = '--data-dir digits --batch-size 16 --held-out 8 --no-evaluation --no-grid';
  await printed(`train ${small} --rounds 3 --name mild`);
  await printed(`sweep ${small} --rounds 2 --seed 1,2 --best reconstruction_mse --name both`);
  mkdirSync(join(folder, 'runs', 'photographs'));
  const list = await printed('runs');
  const row = /^mild +run +complete +forget-short +3 rounds +\d{4}-\d\d-\d\d \d\d:\d\d +reconstruction_mse 0\.\d+ /m;
  expect(list).toMatch(row);
  expect(list).toMatch(/^both +sweep +complete +forget-short +2 runs .* reconstruction_mse 0\.\d+/m);
  expect(list).toMatch(/^not of Lethe: photographs$/m);
  const { runs } = JSON.parse(await printed('runs --json')) as { runs: { name: string; figures: Record<string, number> }[] };
  expect(runs.map(({ name }) => name)).toEqual(['both', 'mild']);
  expect(runs[1]?.figures['reconstruction_mse']).toBeGreaterThan(0);
  expect(await printed(`runs --runs-dir ${join('runs', 'both', 'trials')}`)).toMatch(/^002 +run +complete .*\n001 +run +complete /m);
  const refused = await lethe(['runs', '--runs-dir', 'none']);
  expect(refused.output).toContain(`${join(folder, 'none')}: expected a folder that holds runs, found none (--runs-dir names one)`);
  expect(refused.code).toBe(2);
}, 120_000);

it('runs are compared as the page says', async () => {
  const small = '--data-dir digits --batch-size 16 --held-out 8 --no-evaluation --no-grid';
  await printed(`train ${small} --rounds 4 --beta 0.5 --name strong`);
  const compared = await printed('compare mild strong');
  expect(compared).toMatch(/^ +mild +strong\nrecipe +forget-short +forget-short\n/);
  expect(compared).toMatch(/^objective\.beta +0\.\d+ +0\.5$/m);
  expect(compared).toMatch(/^reconstruction_mse +0\.\d+ +0\.\d+ +(mild|strong) (throughout|from round \d on)$/m);
  expect(compared).toMatch(/^mild has not been measured: npx lethe evaluate mild does it$/m);
  const { settings } = JSON.parse(await printed('compare mild strong --json')) as { settings: { path: string }[] };
  expect(settings.map(({ path }) => path)).toEqual(['objective.beta', 'rounds']);
}, 120_000);

it('a run starts from the weights of another one as the page says', async () => {
  const [, , command = ''] = commands;
  const started = await printed(`${command} --rounds 1 --batch-size 16 --held-out 8 --no-evaluation --no-grid`);
  expect(started).toMatch(/^starting from .*mild after round 3: (\d+) of \1 tensors have their weights from there$/m);
}, 60_000);

it('the cache is cleared in steps, as the page says', async () => {
  vi.stubEnv('LETHE_CACHE', cache);
  for (const kind of ['judges', 'controls']) {
    mkdirSync(join(cache, kind), { recursive: true });
    writeFileSync(join(cache, kind, 'data-native-1.bin'), Buffer.alloc(100_000));
  }
  const outputs: string[] = [];
  for (const command of ['cache', 'cache clear judges', 'cache clear']) outputs.push(await printed(command));
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

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { idxBytes, makeSmallData, runPython } from '@lethe/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bytesOf, checkedNumbers, largestDifference, numbersOf } from './exported-check.js';
import { lethe } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-documented-export-'));
const page = readFileSync(fileURLToPath(new URL('../../../docs/export.md', import.meta.url)), 'utf8');
const commands = [...page.matchAll(/^ {4}npx lethe (.+)$/gm)].map(([, command = '']) => command);

/** What a command prints. */
async function printed(command: string): Promise<string> {
  const { code, output } = await lethe(command.split(' '));
  expect(code, output).toBe(0);
  return output;
}

beforeAll(async () => {
  vi.stubEnv('INIT_CWD', folder);
  makeSmallData(join(folder, 'digits'));
  await printed('train --data-dir digits --batch-size 16 --held-out 8 --no-evaluation --no-grid --rounds 3 --name mild');
}, 60_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('a run is taken to other programs as the page says', async () => {
  expect(commands).toEqual(['export mild --out mild-encoder', 'export mild --checkpoint best --out mild-best']);
  for (const command of commands) expect(await printed(command)).toMatch(/^mild-(?:encoder|best)\/encoder\.onnx$/m);
  const [, table = ''] = /^\| file \| what it is \|\n([^]*?)\n\n/m.exec(page) ?? [];
  const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+?)\/?`/g)]);
  const found = readdirSync(join(folder, 'mild-encoder'), { recursive: true }).map(String);
  expect(named.length).toBeGreaterThan(8);
  // This game predicts nothing, and has other networks than Fader Networks.
  const absent = named.map(([, name = '']) => name.replace('./', '')).filter((name) => !found.includes(name));
  expect(absent).toEqual(['predictor.onnx', 'fader_networks']);
  const refused = await lethe(['export', 'mild', '--out', 'mild-encoder']);
  expect(refused.output).toContain('--out: expected nothing there yet, found ');
  expect(refused.code).toBe(2);
  expect(readdirSync(folder).sort()).toEqual(['digits', 'mild-best', 'mild-encoder', 'runs']);
}, 60_000);

it('the command encode gives the features of check.npz for its images', async () => {
  const exported = join(folder, 'mild-encoder');
  mkdirSync(join(folder, 'checked'));
  const bytes = bytesOf(checkedNumbers(exported, 'images'));
  writeFileSync(join(folder, 'checked', 'some-idx3-ubyte'), idxBytes([8, 8, 8], bytes));
  expect(await printed('encode mild --data-dir checked --out checked/features.npy')).toMatch(/: 8 examples, 6 features each$/m);
  const features = numbersOf(readFileSync(join(folder, 'checked', 'features.npy')));
  expect(largestDifference(features, checkedNumbers(exported, 'encoder.features'))).toBeLessThan(1e-5);
  rmSync(join(folder, 'checked'), { recursive: true });
}, 60_000);

it('the card of an exported run has lines that are right', async () => {
  const card = readFileSync(join(folder, 'mild-encoder/README.md'), 'utf8');
  const [, lines = ''] = /### ONNX\n\n```python\n([^]*?)```/.exec(card) ?? [];
  const isClose = "np.allclose(features, check['encoder.features'], rtol=check['tolerance'], atol=check['tolerance'])";
  const program = ['import json, os, sys', 'os.chdir(sys.argv[1])', lines, `print(json.dumps(bool(${isClose})))`].join('\n');
  expect(await runPython(program, [join(folder, 'mild-encoder')])).toBe(true);
}, 60_000);

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(WORKSPACE, 'docs/library.md'), 'utf8');
/** The code of the page, which is one program. */
const program = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code).join('\n');

const folder = mkdtempSync(join(tmpdir(), 'lethe-documented-'));
/** Where the package is found from, as it is where somebody has installed it. */
const place = join(WORKSPACE, 'apps/e2e/test-output');
let file: string;
beforeAll(() => {
  makeSmallData(join(folder, 'letters'));
  mkdirSync(place, { recursive: true });
  file = join(mkdtempSync(join(place, 'library-')), 'program.mts');
  writeFileSync(file, program);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(file, '..'), { recursive: true, force: true });
});

it('the program of the guide does what the page says', async () => {
  const argv = ['--import', import.meta.resolve('tsx'), file];
  // Whoever runs the tests may want colours (Nx does).
  const env = { ...process.env, FORCE_COLOR: '0' };
  const child = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { output += text.toString(); });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, output).toBe(0);
  expect(output).toMatch(/^6 \{[^]*runs\/first completed [0-9a-f]{64}$/m);
  expect(output).toMatch(/^label read by a probe: /m);
  expect(output).toMatch(/^interrupted$/m);
  expect(output).toMatch(/^\[ 'IDX files', 48, 12, \[\] \]$/m);
  expect(output).toMatch(/^001 beta 0.1 completed$/m);
  expect(output).toContain('LetheError: epochs: expected at least 1, found -1');
}, 180_000);

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newGame } from '@lethe/lethe';
import { afterAll, expect, it } from 'vitest';

/** Below the workspace, where the game finds the package. */
const output = join(import.meta.dirname, '..', 'test-output');
mkdirSync(output, { recursive: true });
const folder = mkdtempSync(join(output, 'new-game-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

it('writes a game whose test passes, which trains it', async () => {
  await newGame(folder);
  // The library is TypeScript here; in the package it is not.
  const test = ['--import', 'tsx', '--test', '--test-reporter', 'tap'];
  const { stdout } = await promisify(execFile)(process.execPath, test, { cwd: folder });
  expect(stdout).toMatch(/^# pass 2$/m);
}, 120_000);

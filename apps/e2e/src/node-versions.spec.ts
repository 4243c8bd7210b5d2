import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-nodes-'));
const runs = join(folder, 'runs');
beforeAll(() => { makeSmallData(join(folder, 'data')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Programs of other Node versions, fetched by `nx run tools:nodes`. */
const LIST = new URL('../../../tools/generated/nodes-for-tests.json', import.meta.url);
const others = JSON.parse(readFileSync(LIST, 'utf8')) as Record<string, string>;

async function weights(name: string, node: string): Promise<string> {
  const data = ['--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '16', '--held-out', '8'];
  const flags = ['--rounds', '6', '--no-grid', '--no-evaluation', '--runs-dir', runs, '--name', name];
  const ended = await lethe(['train', ...data, ...flags], undefined, [node]);
  expect(ended.code, ended.output).toBe(0);
  return (JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256;
}

describe('every Node version', () => {
  it('gets the same bits', async () => {
    expect(Object.keys(others).map((version) => version.split('.')[0])).toEqual(['22', '24']);
    const reference = await weights('this', process.execPath);
    for (const [version, node] of Object.entries(others)) expect(await weights(version, node), version).toBe(reference);
  }, 120_000);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig } from '@lethe/config';
import type { DataSource } from '@lethe/data';
import { judgeLength } from '@lethe/evaluation';
import { describeRun } from '@lethe/graphs';
import { afterAll, describe, expect, it } from 'vitest';
import { JudgeCache } from './judge-cache.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-judges-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const facts = {
  shape: { height: 8, width: 8, channels: 1 },
  classes: ['a', 'b'],
  trainCount: 8000,
  testCount: 10,
  heldOutCount: null,
  domains: [{ name: 'all', trainCount: 8000, labelledCount: 8000, testCount: 10, otherLabels: [] }],
  fingerprint: 'f00d',
};
const description = describeRun(mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []).config, facts);
const data = { facts } as unknown as DataSource;

describe('the cache of judges', () => {
  it('trains a judge once for each data, and again where what it kept is damaged or cut off', async () => {
    const cache = new JudgeCache(folder, () => undefined);
    const judge = Float32Array.from({ length: judgeLength(data) }, (_, index) => index % 7);
    let trained = 0;
    const train = (): Promise<Float32Array> => {
      trained += 1;
      return Promise.resolve(judge);
    };
    const get = (fingerprint: string): Promise<Float32Array> =>
      cache.get(description, { ...data, facts: { ...facts, fingerprint } }, train);
    expect(Buffer.from((await get('f00d')).buffer).equals(Buffer.from(judge.buffer))).toBe(true);
    expect(Buffer.from((await get('f00d')).buffer).equals(Buffer.from(judge.buffer))).toBe(true);
    expect(trained).toBe(1);
    await get('beef');
    expect(trained).toBe(2);

    const file = join(folder, 'judges', readdirSync(join(folder, 'judges')).find((name) => name.startsWith('f00d')) ?? '');
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await get('f00d');
    expect(trained).toBe(3);
    truncateSync(file, 64);
    await get('f00d');
    expect(trained).toBe(4);
    await get('f00d');
    expect(trained).toBe(4);
  });

  it('is a warning where nothing can be kept', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const warnings: string[] = [];
    const cache = new JudgeCache(join(file, 'below'), (line) => warnings.push(line));
    const judge = new Float32Array(judgeLength(data));
    expect(await cache.get(description, data, () => Promise.resolve(judge))).toBe(judge);
    expect(warnings).toEqual([expect.stringMatching(/^warning: the judge is not kept: Cannot write .*judges/)]);
  });
});

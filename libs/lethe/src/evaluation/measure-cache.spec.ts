import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig } from '@lethe/config';
import { describeRun } from '@lethe/graphs';
import type { ProbeRequest } from '@lethe/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { controlOf, MeasureCache, type KeptVector } from './measure-cache.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-measures-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const facts = {
  shape: { height: 8, width: 8, channels: 1 },
  classes: ['a', 'b'],
  trainCount: 8000,
  testCount: 10,
  heldOutCount: null,
  kept: [],
  forgotten: [],
  domains: [{ name: 'all', trainCount: 8000, labelledCount: 8000, testCount: 10, otherLabels: [] }],
  fingerprint: 'f00d',
};
const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
const JUDGE: KeptVector = { folder: 'judges', name: '1', length: 500 };
const judge = Float32Array.from({ length: JUDGE.length }, (_, index) => index % 7);

describe('the cache of what measuring finds in the data', () => {
  it('has it again, unless it is damaged, cut off, of another length, data set or version', async () => {
    const cache = new MeasureCache(folder, () => undefined);
    const find = async (kept: Partial<KeptVector> = {}, fingerprint = 'f00d'): Promise<number | null> =>
      (await cache.find(describeRun(config, { ...facts, fingerprint }), { ...JUDGE, ...kept }))?.length ?? null;
    expect(await find()).toBeNull();
    await cache.keep(describeRun(config, facts), JUDGE, judge);
    expect(await cache.find(describeRun(config, facts), JUDGE)).toEqual(judge);
    expect(await Promise.all([find({}, 'beef'), find({ name: '2' }), find({ folder: 'controls' }), find({ length: 499 })])).toEqual([
      null, null, null, null,
    ]);
    const file = join(folder, 'judges', readdirSync(join(folder, 'judges'))[0] ?? '');
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await find()).toBeNull();
    bytes[100] ^= 1;
    writeFileSync(file, bytes);
    expect(await find()).toBe(500);
    truncateSync(file, 64);
    expect(await find()).toBeNull();
  });

  it('tells probes apart by everything that they are asked', () => {
    const request: ProbeRequest = {
      probe: 'mlp', input: 'pixels', shuffledLabels: false, seed: 1,
      attribute: 'sex', given: -1, whitened: false, balanced: false, halves: false, erased: '',
    };
    const others: Partial<ProbeRequest>[] = [
      { probe: 'linear' }, { input: 'leace' }, { shuffledLabels: true }, { seed: 2 }, { attribute: 'race' }, { given: 0 },
      { whitened: true }, { balanced: true }, { halves: true }, { erased: 'sex' },
    ];
    const names = [{}, ...others].map((other) => controlOf({ ...request, ...other }).name);
    expect(new Set(names).size).toBe(Object.keys(request).length + 1);
    expect(names.every((name) => /^[\w-]+$/.test(name))).toBe(true);
    expect(controlOf({ ...request }).name).toBe(names[0]);
  });

  it('is a warning where nothing can be kept', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const warnings: string[] = [];
    const cache = new MeasureCache(join(file, 'below'), (line) => warnings.push(line));
    await cache.keep(describeRun(config, facts), JUDGE, judge);
    expect(warnings).toEqual([expect.stringMatching(/^warning: what measuring found in the data is not kept: Cannot write .*judges/)]);
  });
});

import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tree } from '@lethe/config';
import { makeAttributeTable, makeSmallData } from '@lethe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRun, type MadeRun } from '../../testing/make-run.js';
import { keepRunData } from '../run/run-data-file.js';
import { openRunNetworks, type RunNetworks } from './open-run-networks.js';

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-networks-'));
  said = [];
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const IMAGES: Tree = { recipe: 'quick', data: { kind: 'idx', heldOut: 0 }, batchSize: 16, epochs: 3 };

/** A run of before, which does not say how its inputs are made of files. */
const make = (values: Tree): Promise<MadeRun> => makeRun({ runsFolder: folder, name: 'mild', values, keepsData: false });

function images(): Promise<MadeRun> {
  makeSmallData(join(folder, 'data'));
  return make({ ...IMAGES, data: { ...IMAGES['data'] as Tree, folder: join(folder, 'data') } });
}

function open(): Promise<RunNetworks> {
  const request = { run: 'mild', checkpoint: 'latest', folder, runsFolder: folder } as const;
  return openRunNetworks(request, { notice: (line) => { said.push(line); } });
}

describe('openRunNetworks', () => {
  it('needs no data where the folder says what they were', async () => {
    const { run, data } = await images();
    await keepRunData(run, data);
    rmSync(join(folder, 'data'), { recursive: true });
    const { description, rounds, preprocessing, vectors } = await open();
    expect([description.facts, rounds, said]).toEqual([data.facts, 2, []]);
    expect(preprocessing).toEqual(data.preprocessing);
    expect(preprocessing).toMatchObject({ kind: 'images', height: 8, width: 8, channels: 1, resizes: false, domains: null });
    const lengths = description.layouts.flatMap(({ name, length, statisticsLength }) => [
      [`group.${name}`, length], ...(statisticsLength > 0 ? [[`statistics.${name}`, statisticsLength]] : []),
    ]);
    expect(Object.entries(vectors).map(([name, vector]) => [name, vector.length])).toEqual(lengths);
  });

  it('keeps what was fitted to a table, exactly', async () => {
    makeAttributeTable(join(folder, 'data'), { rows: 300 });
    const { run, data } = await make({
      recipe: 'keep-and-forget', batchSize: 16, epochs: 1,
      data: { kind: 'table', folder: join(folder, 'data'), heldOut: 20, keep: ['y'], forget: ['a'] },
    });
    await keepRunData(run, data);
    const { preprocessing } = await open();
    expect(preprocessing).toEqual(data.preprocessing);
    expect(preprocessing).toMatchObject({ kind: 'table', length: data.facts.shape.channels, header: null });
    expect(preprocessing.kind === 'table' ? preprocessing.columns.map(({ name }) => name) : []).toEqual(['x1', 'x2', 'x3']);
  });

  it('reads the data of a run of before once more', async () => {
    const { data } = await images();
    expect((await open()).preprocessing).toEqual(data.preprocessing);
    expect(said.join()).toContain('mild does not say yet how its inputs are made of files');
    renameSync(join(folder, 'data'), join(folder, 'moved'));
    said = [];
    expect((await open()).preprocessing).toEqual(data.preprocessing);
    expect(said).toEqual([]);
  });

  it('says how a run of before whose data are gone gets the file', async () => {
    await images();
    renameSync(join(folder, 'data'), join(folder, 'moved'));
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_MISSING', message: expect.stringMatching(/expected data\.json, found none.*lethe evaluate mild --data-dir DIR/) as string,
    });
  });

  it.each([
    {
      what: 'other data', from: '"fingerprint": "', to: '"fingerprint": "0', code: 'CHECKPOINT_MISMATCH',
      message: /was trained on other data/,
    },
    {
      what: 'another version', from: '"version": 1', to: '"version": 9', code: 'RUN_INVALID',
      message: /data\.json, preprocessing, version: expected .*version 1/,
    },
    { what: 'facts that are none', from: '"classes": [', to: '"classes": [7, ', code: 'RUN_INVALID', message: /at facts\.classes\.0/ },
    { what: 'no JSON', from: '{', to: '', code: 'RUN_INVALID', message: /data\.json: expected JSON/ },
  ])('refuses a folder that describes $what', async ({ from, to, code, message }) => {
    const { run, data } = await images();
    await keepRunData(run, data);
    const file = join(run.folder, 'data.json');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
    await expect(open()).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

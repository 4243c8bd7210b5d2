import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isReached, scaleBars, trainingBars, type Bar } from './bars.js';
import { expectWritable, plot, record } from './history.js';
import type { TrainingRow } from './measure-training.js';
import { ARTICLE, AVATARS, DDP, FORGET, measurePeer } from './peers.js';
import { compareWeights } from './recorded-weights.js';
import { measureScale } from './scale/measure-scale.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-bench-spec-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const ROW: TrainingRow = {
  name: 'a case',
  roundMs: 64,
  imagesPerSecond: 4000,
  peers: [
    { name: 'article.py', imagesPerSecond: 2500, leastTimesFaster: 1.3 },
    { name: 'article.py, tuned', imagesPerSecond: 4001, leastTimesFaster: 1 },
  ],
  serverShare: 0.25,
  mostServerShare: 0.2,
  wireSurplus: 0.0003,
  step: {},
  workerMB: 900,
  serverMB: 200,
  weights: 'f00d',
};

describe('the benchmark', () => {
  it('sets every figure beside its bar', () => {
    const bars = trainingBars([ROW], 173);
    expect(bars.map((bar) => [bar.what, isReached(bar)])).toEqual([
      ['a case: times as fast as article.py', true],
      ['a case: times as fast as article.py, tuned', false],
      ["a case: server's share of a round", false],
      ['bytes on the wire above the least', true],
      ['memory of a worker', true],
      ['memory of the server', false],
    ]);
    expect(trainingBars([{ ...ROW, peers: [], mostServerShare: null }], 173)).toHaveLength(3);
  });

  it('says whether the weights are those that were recorded', () => {
    const recorded = { name: '1 worker, 4 shards (default)', weights: '951c35ab533ac5798c0d147edf6e4aaf8e07f8472e6651f7e1f2d6caab7fd475' };
    expect(compareWeights([recorded], 80)).toEqual(['weights of 1 worker, 4 shards (default): as recorded']);
    expect(compareWeights([{ ...recorded, weights: 'f00d' }, ROW], 80)).toEqual([
      expect.stringMatching(/^weights of 1 worker, 4 shards \(default\): expected 951c35ab.*, found f00d$/),
      expect.stringMatching(/^weights of a case: expected none/),
    ]);
    expect(compareWeights([recorded], 8)).toEqual(['weights: recorded after 80 rounds, not after 8']);
  });

  it('moves parameters through real servers and through an echo', async () => {
    const row = await measureScale({ workers: 2, servers: 1, megabytes: 1.5 }, 0.001);
    expect(row.servedMBs).toBeGreaterThan(0);
    expect(row.echoedMBs).toBeGreaterThan(0);
    const parted = await measureScale({ workers: 2, servers: 2, megabytes: 1.5 }, 0.001);
    expect(parted.servedMBs).toBeGreaterThan(0);
    expect(parted.echoedMBs).toBeGreaterThan(0);
    expect(parted.boundMB).toBeLessThan(row.boundMB);
    const barsOn = (cores: number): string[] =>
      scaleBars([row, { ...parted, residentMB: 10 * parted.boundMB }], cores).map(({ what }) => what);
    const [one, two, memory] = [
      '2 workers, 1.5 MB: of what an echo moves',
      '2 workers, 2 servers, 1.5 MB: of what as many echoes move',
      '2 workers, 2 servers, 1.5 MB: memory of the server, the worst of all cases',
    ];
    expect(barsOn(4)).toEqual([one, two, memory]);
    expect(barsOn(2)).toEqual([one, memory]);
    expect(scaleBars([], 2)).toEqual([]);
  }, 60_000);

  it('says which Python has no PyTorch, once the scripts are read', async () => {
    // An interpreter that sees no installed packages.
    const bare = join(folder, 'bare-python');
    writeFileSync(bare, '#!/bin/sh\nexec python3 -S "$@"\n', { mode: 0o755 });
    for (const peer of [ARTICLE, AVATARS, DDP, FORGET])
      await expect(measurePeer(peer, 'tuned', bare)).rejects.toThrow(
        `--python: expected a Python with PyTorch, found ${bare}: ModuleNotFoundError: No module named 'torch'`,
      );
  });

  it('leaves no file behind where it tries whether its history can be written, and none empty that was there', () => {
    const [none, kept] = [join(folder, 'none.jsonl'), join(folder, 'kept.jsonl')];
    writeFileSync(kept, 'a line\n');
    for (const file of [none, kept]) expectWritable('--record', file);
    expect([existsSync(none), readFileSync(kept, 'utf8')]).toEqual([false, 'a line\n']);
    expect(() => {
      expectWritable('--plot', folder);
    }).toThrow(`--plot: expected a file that can be written to, found ${folder} (Error: EISDIR`);
  });

  it('keeps a history that it can draw', async () => {
    const file = join(folder, 'history.jsonl');
    const speed = (found: number): Bar => ({ what: 'a case: times as fast as article.py', found, bar: 1.3, better: 'higher', unit: 'x' });
    for (const found of [1.2345, 1.6]) record(file, [speed(found)]);
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { rows: object });
    expect(lines.map(({ rows }) => rows)).toEqual([
      { 'a case: times as fast as article.py': 1.235 },
      { 'a case: times as fast as article.py': 1.6 },
    ]);
    await plot(file, join(folder, 'history.svg'));
    expect(readFileSync(join(folder, 'history.svg'), 'utf8')).toMatch(/^<svg/);
  });
});

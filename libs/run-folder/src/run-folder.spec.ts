import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeGridPng } from './grid-png.js';
import { RunFolder } from './run-folder.js';

let runsFolder: string;
beforeEach(async () => { runsFolder = await mkdtemp(join(tmpdir(), 'lethe-runs-')); });
afterEach(() => rm(runsFolder, { recursive: true, force: true }));

describe('a run folder', () => {
  it('is made once', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{"seed":1}' });
    expect(await run.readConfig()).toEqual({ seed: 1 });
    await expect(RunFolder.create({ runsFolder, name: 'a', configJson: '{}' })).rejects.toMatchObject({ code: 'RUN_EXISTS' });
    await expect(RunFolder.create({ runsFolder, name: '../b', configJson: '{}' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(RunFolder.open(join(runsFolder, 'absent'))).rejects.toMatchObject({ code: 'RUN_MISSING' });
  });

  it('belongs to one coordinator at a time, and outlives one that died', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    await expect(RunFolder.open(run.folder)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await run.close();
    await writeFile(join(run.folder, 'lock'), JSON.stringify({ host: hostname(), processId: 2 ** 22 + 1 }));
    await (await RunFolder.open(run.folder)).close();
  });

  it('has every round once in the metrics', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    const first = await run.openMetrics(0);
    for (const round of [1, 2, 3]) first.append({ kind: 'round', round, loss: 1 / round });
    await first.close();
    const file = join(run.folder, 'metrics.jsonl');
    await writeFile(file, `${await readFile(file, 'utf8')}{"kind":"ro`);
    const second = await run.openMetrics(2);
    second.append({ kind: 'round', round: 3, loss: 0 });
    await second.close();
    const lines = (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { round: number });
    expect(lines.map(({ round }) => round)).toEqual([1, 2, 3]);
  });

  it('writes records that TensorBoard can check', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    const writer = await run.openTensorBoard(0);
    writer.scalars(1, { 'train/loss': 0.5 });
    await writer.close();
    const name = (await readdir(run.folder)).find((entry) => entry.startsWith('events.out.tfevents.'))!;
    const bytes = await readFile(join(run.folder, name));
    // The first record's length and its checksum as TensorFlow writes them for a 24-byte version event.
    const length = bytes.readUInt32LE(0);
    expect(bytes.subarray(12, 12 + length).includes(Buffer.from('brain.Event:2'))).toBe(true);
    expect(length).toBe(24);
    expect(bytes.readUInt32LE(8)).toBe(0x224b7fa3);
  });
});

describe('the grid', () => {
  it('draws the images where they belong', async () => {
    const pixels = Float32Array.of(-1, 1, 0, 1); // two rows, two columns, one pixel each
    const { png, width, height } = await encodeGridPng({ pixels, rows: 2, columns: 2, height: 1, width: 1, channels: 1 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width, height]);
    const level = (x: number, y: number): number => data[(y * info.width + x) * info.channels]!;
    expect([level(2, 2), level(6, 2), level(2, 6), level(6, 6)]).toEqual([0, 255, 128, 255]);
  });
});

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@lethe/errors';
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
    await writeFile(join(runsFolder, 'file'), '');
    for (const name of [null, 'a']) {
      await expect(
        RunFolder.create({ runsFolder: join(runsFolder, 'file'), name, configJson: '{}' }),
      ).rejects.toThrow(/--runs-dir: expected a folder, found the file .*file/);
      await expect(
        RunFolder.create({ runsFolder: join(runsFolder, 'file', 'below'), name, configJson: '{}' }),
      ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
    await expect(RunFolder.create({ runsFolder, name: '../b', configJson: '{}' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(RunFolder.open(join(runsFolder, 'absent'))).rejects.toMatchObject({ code: 'RUN_MISSING' });
  });

  it('gets a name of its own when many start in the same second', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => RunFolder.create({ runsFolder, name: null, configJson: '{}' })));
    expect(new Set(runs.map(({ folder }) => folder)).size).toBe(4);
  });

  it('belongs to one coordinator at a time, and outlives one that died', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    const lock = join(run.folder, 'lock');
    await expect(RunFolder.open(run.folder)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await run.close();
    const gone = { host: hostname(), processId: 2 ** 22 + 1 };
    // Dead; unreadable; a number that was given to another process since (this one).
    for (const holder of [JSON.stringify(gone), '', JSON.stringify({ ...gone, processId: process.pid, started: '1' })]) {
      await writeFile(lock, holder);
      await (await RunFolder.open(run.folder)).close();
    }
    await writeFile(lock, JSON.stringify({ ...gone, host: 'elsewhere' }));
    await expect(RunFolder.open(run.folder)).rejects.toThrow(
      /in use by process \d+ on elsewhere, which cannot be seen from here: if it is gone, --break-lock takes its lock over/,
    );
    await run.close(); // closed already: not this one's to remove
    expect((await readdir(run.folder)).filter((name) => name.startsWith('lock'))).toEqual(['lock']);
  });

  it('that was summed up says so, unless nobody can read it', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    expect(await run.summarisedRounds()).toBe(0);
    await run.writeSummary({ ending: 'completed', rounds: 7 });
    expect(await run.summarisedRounds()).toBe(7);
    await writeFile(join(run.folder, 'summary.json'), '{"ending": "completed", "rou');
    expect(await run.summarisedRounds()).toBe(0);
  });

  it('goes to one of many who find a dead holder', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    await run.close();
    await writeFile(join(run.folder, 'lock'), JSON.stringify({ host: hostname(), processId: 2 ** 22 + 1 }));
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => RunFolder.open(run.folder)));
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [errorCode(outcome.reason)] : []));
    expect(refusals).toEqual(Array.from({ length: 19 }, () => 'RUN_LOCKED'));
  });

  it('has every round once in the metrics', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    const first = await run.openMetrics(0);
    for (const round of [1, 2, 3]) first.append({ kind: 'round', round, loss: round === 1 ? Number.NaN : 1 / round });
    await first.close();
    const file = join(run.folder, 'metrics.jsonl');
    await writeFile(file, `${await readFile(file, 'utf8')}{"kind":"ro`);
    const second = await run.openMetrics(2);
    expect(second.earlier.map(({ loss }) => loss)).toEqual([Number.NaN, 0.5]);
    second.append({ kind: 'round', round: 3, loss: 0 });
    await second.close();
    const lines = (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { round: number });
    expect(lines.map(({ round }) => round)).toEqual([1, 2, 3]);
  });

  it('keeps metrics that it cannot read', async () => {
    const run = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
    await mkdir(join(run.folder, 'metrics.jsonl'));
    await expect(run.openMetrics(0)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
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

  it.each([1, 3])('has captions over its columns, cut off where they have no room, of %i channels', async (channels) => {
    const grid = { pixels: new Float32Array(2 * 64 * channels).fill(-1), rows: 1, columns: 2, height: 8, width: 8, channels };
    const plain = await encodeGridPng(grid);
    const { png, width, height } = await encodeGridPng({ ...grid, captions: [{ text: 'I-WWWWW', line: 0, column: 1, columns: 1 }] });
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width, height]);
    const head = height - plain.height;
    expect([width, head]).toEqual([plain.width, 13]);
    const pixel = (row: number, x: number): string => (data[((row + 3) * width + x) * info.channels]! < 128 ? '#' : '.');
    const inked = (fromX: number, toX: number): string[] => Array.from({ length: 7 }, (_, row) => (
      Array.from({ length: toX - fromX }, (_column, x) => pixel(row, fromX + x)).join('')
    ));
    // The second column begins at 18.
    expect(inked(21, 32)).toEqual([
      '.###.......', '..#........', '..#........', '..#...#####', '..#........', '..#........', '.###.......',
    ]);
    expect(inked(0, 21).join('')).not.toContain('#');
    expect(inked(33, 38).join('')).not.toContain('#');
    // Below lie the images as they were.
    expect(data[(head + 4) * width * info.channels + 4 * info.channels]).toBe(0);
  });
});

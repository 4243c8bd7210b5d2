import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GroupLayout, GroupState } from '@lethe/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCheckpoint, loadCheckpoint, newestCheckpoint, saveCheckpoint } from './checkpoint.js';
import { weightsHash } from './weights-hash.js';

const LAYOUT: GroupLayout = {
  name: 'autoencoder', length: 7, statisticsLength: 4,
  segments: [
    { name: 'encoder.conv1.weight', network: 'encoder', shape: [2, 2], offset: 0, length: 4 },
    { name: 'decoder.linear1.bias', network: 'decoder', shape: [3], offset: 4, length: 3 },
  ],
  statistics: [{ name: 'encoder.norm1', network: 'encoder', channels: 2, offset: 0, samples: 8, momentum: 0.1 }],
};
const STATE: GroupState = {
  group: 'autoencoder', version: 12, values: Float32Array.of(1, -2, 3.5, 1e-30, 0, -0, 7), statistics: Float32Array.of(0.1, 0.2, 0.3, 0.4),
  slots: {
    firstMoment: Float32Array.from({ length: 7 }, (_, i) => i / 3), secondMoment: Float32Array.from({ length: 7 }, (_, i) => i / 7),
  },
  scalars: { 'encoder.beta1Product': Math.fround(0.9 ** 5) },
};
const options = { layouts: [LAYOUT], schemaHash: 'schema' };

let folder: string;
let left: string[];
beforeEach(async () => { left = []; folder = await mkdtemp(join(tmpdir(), 'lethe-checkpoint-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

function save(rounds: number, isBest = false, steps = 0): Promise<string> {
  return saveCheckpoint({
    ...options, folder, rounds, steps, groups: [STATE], configJson: '{"seed":1}', dataFingerprint: 'data', engines: ['cpu', 'gpu'],
    codeVersion: '1.2.3', keep: 2, isBest, onLeft: (message) => left.push(message),
  });
}

describe('a checkpoint', () => {
  it('comes back bit for bit', async () => {
    const checkpoint = await loadCheckpoint(await save(5));
    expect(checkpoint).toMatchObject({
      rounds: 5, configJson: '{"seed":1}', dataFingerprint: 'data', engines: ['cpu', 'gpu'], codeVersion: '1.2.3',
    });
    const groups = checkpoint.groups(options);
    expect(groups).toEqual([STATE]);
    expect(Object.is(groups[0]!.values[5], -0)).toBe(true);
    expect(weightsHash(groups)).toBe(weightsHash([STATE]));
  });

  it('is refused when any bit has changed or any byte is missing', { timeout: 60_000 }, async () => {
    const file = await save(5);
    const bytes = await readFile(file);
    for (let at = 0; at < bytes.length; at += 5) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ (1 << (at % 8));
      await writeFile(file, changed);
      await expect(loadCheckpoint(file), `byte ${at}`).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
      await writeFile(file, bytes.subarray(0, at));
      await expect(loadCheckpoint(file), `cut at ${at}`).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    }
  });

  it('of other networks is refused', async () => {
    const checkpoint = await loadCheckpoint(await save(5));
    expect(() => checkpoint.groups({ ...options, schemaHash: 'other' })).toThrow(expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }));
  });

  it('keeps the last ones and the best', async () => {
    await save(1, true);
    for (const rounds of [2, 3, 10]) await save(rounds);
    expect((await readdir(folder)).sort()).toEqual(['best.safetensors', 'round-000003.safetensors', 'round-000010.safetensors']);
    expect((await findCheckpoint(folder, 'best')).rounds).toBe(1);
    expect((await findCheckpoint(folder, 'latest')).rounds).toBe(10);
    expect((await findCheckpoint(folder, 3)).rounds).toBe(3);
  });

  it('within a round is newer than the one before that round, and goes when later ones come', async () => {
    await save(2);
    await save(2, false, 1);
    expect(await findCheckpoint(folder, 'latest')).toMatchObject({ rounds: 2, steps: 1 });
    expect(await findCheckpoint(folder, 2)).toMatchObject({ rounds: 2, steps: 0 });
    await save(3);
    expect((await readdir(folder)).sort()).toEqual(['round-000002-step-1.safetensors', 'round-000003.safetensors']);
  });

  it('is not dropped for a newer one that is damaged', async () => {
    await save(1);
    await writeFile(join(folder, 'round-000005.safetensors'), 'damaged');
    await save(3);
    await save(4);
    expect((await readdir(folder)).sort()).toEqual(['round-000003.safetensors', 'round-000004.safetensors', 'round-000005.safetensors']);
    expect((await findCheckpoint(folder, 'latest')).rounds).toBe(4);
  });

  it('is written although a folder lies in the place of an older one, which is passed over and left', async () => {
    await save(1);
    await mkdir(join(folder, 'round-000002.safetensors'));
    const passed: string[] = [];
    expect((await findCheckpoint(folder, 'latest', (message) => passed.push(message))).rounds).toBe(1);
    expect(passed).toEqual([expect.stringContaining('round-000002.safetensors cannot be read')]);
    for (const rounds of [3, 4, 5]) await save(rounds);
    expect((await readdir(folder)).sort()).toEqual([2, 4, 5].map((rounds) => `round-00000${rounds}.safetensors`));
    expect(left[0]).toMatch(/round-000002\.safetensors is older than the last 2 checkpoints and cannot be removed: .*directory/);
    await expect(save(2)).rejects.toThrow(/Cannot write .*round-000002\.safetensors: a folder is in its place/);
  });

  it('is not taken for none where the folder cannot be read', async () => {
    expect(await newestCheckpoint(join(folder, 'none'))).toBeNull();
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(newestCheckpoint(file)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('that does not fit on the disk leaves the earlier ones alone', async () => {
    await save(1, true);
    const before = await readdir(folder);
    // The kernel's disk that is always full, where the next files will be written aside.
    for (let next = 0; next < 100; next += 1) {
      await symlink('/dev/full', join(folder, `.round-000002.safetensors.${hostname()}.${process.pid}-${next}.tmp`));
    }
    await expect(save(2)).rejects.toMatchObject({
      code: 'STORAGE_FAILED', message: expect.stringMatching(/round-000002.safetensors: the disk is full/) as string,
    });
    expect((await readdir(folder)).filter((name) => !name.endsWith('.tmp'))).toEqual(before);
    expect((await findCheckpoint(folder, 'latest')).rounds).toBe(1);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toHaveLength(99); // its own is gone
    await save(3);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('that is damaged is passed over for the one before', async () => {
    await save(1);
    await writeFile(await save(2), 'not a checkpoint');
    const damaged: string[] = [];
    expect((await findCheckpoint(folder, 'latest', (message) => damaged.push(message))).rounds).toBe(1);
    expect(damaged).toHaveLength(1);
    await expect(findCheckpoint(folder, 7)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });
});

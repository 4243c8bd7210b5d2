import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RunLock } from '@lethe/run-folder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCache, type CacheEntry } from './cache-entries.js';
import { clearCache } from './clear-cache.js';

const [KEPT, DAMAGED] = ['a'.repeat(32), 'b'.repeat(32)];
const HOUR_MS = 60 * 60 * 1000;

let below: string;
let cache: string;
const processes: ChildProcess[] = [];

async function put(path: string, bytes = 10_000): Promise<string> {
  const file = join(cache, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, Buffer.alloc(bytes));
  return file;
}

/** Has a process run the program. */
async function run(program: string): Promise<void> {
  const child = spawn(program, ['600'], { stdio: 'ignore' });
  processes.push(child);
  await once(child, 'spawn');
}

/** Has a process open the file, from which it has read when this returns. */
async function open(...path: string[]): Promise<void> {
  const child = spawn('tail', ['-f', join(cache, ...path)], { stdio: ['ignore', 'pipe', 'ignore'] });
  processes.push(child);
  await once(child.stdout, 'data');
}

beforeEach(async () => {
  below = await mkdtemp(join(tmpdir(), 'lethe-cache-'));
  // What /proc shows has no symbolic links.
  await mkdir(join(below, 'disk'));
  cache = join(below, 'link');
  await symlink(join(below, 'disk'), cache);
  for (const name of [`${KEPT}.json`, `${KEPT}-0011aabb.bin`, `${DAMAGED}-22.bin`, `.${DAMAGED}.host.12-0.partial`])
    await put(`inputs/${name}`);
  for (const name of ['one-native-1.bin', 'two-native-1.bin']) await put(`judges/${name}`);
  await put('tensorflow-2.0-cpu/tensorflow/libtensorflow_cc.so.2', 200_000);
  await put('photographs-of-somebody.zip');
});
afterEach(async () => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  await rm(below, { recursive: true, force: true });
});

const namesOf = (entries: readonly CacheEntry[]): string[] => entries.map(({ kind, name }) => `${kind ?? 'none'} ${name}`).sort();
const kindsLeft = async (): Promise<string[]> => (await readdir(cache)).sort();

describe('the cache', () => {
  it('is listed with sizes, what belongs together as one; what is not Lethe\'s is of no kind', async () => {
    const { entries } = await readCache(cache);
    expect(namesOf(entries)).toEqual([
      `inputs ${KEPT}`, `inputs ${DAMAGED}`, 'judges one-native-1.bin', 'judges two-native-1.bin', 'none photographs-of-somebody.zip',
      'tensorflow tensorflow-2.0-cpu',
    ]);
    const tensorflow = entries.find(({ kind }) => kind === 'tensorflow');
    expect(tensorflow?.bytes).toBeGreaterThanOrEqual(200_000);
    expect(Math.abs(Date.now() - (tensorflow?.writtenMs ?? 0))).toBeLessThan(HOUR_MS);
    expect(tensorflow?.isUsed).toBe(false);
  });

  it('is cleared of one kind, or of all; what is not Lethe\'s stays', async () => {
    expect(namesOf((await clearCache(cache, 'judges')).removed)).toEqual(['judges one-native-1.bin', 'judges two-native-1.bin']);
    expect(await readdir(join(cache, 'judges'))).toEqual([]);
    const { removed, kept } = await clearCache(cache, null);
    expect(namesOf(removed)).toEqual([`inputs ${KEPT}`, `inputs ${DAMAGED}`, 'tensorflow tensorflow-2.0-cpu']);
    expect(kept).toEqual([]);
    expect(await readdir(join(cache, 'inputs'))).toEqual([]);
    expect(await kindsLeft()).toEqual(['inputs', 'judges', 'photographs-of-somebody.zip']);
  });

  it('keeps what a process has open, runs or has locked', async () => {
    await open('judges', 'two-native-1.bin');
    await open('inputs', `${KEPT}-0011aabb.bin`);
    const program = join(cache, 'tensorflow-2.0-cpu', 'sleep');
    await copyFile('/bin/sleep', program);
    await chmod(program, 0o755);
    await run(program);
    const lock = await RunLock.acquire(join(cache, 'inputs', `.${DAMAGED}.lock`), cache);
    const { removed, kept } = await clearCache(cache, null);
    expect(namesOf(removed)).toEqual(['judges one-native-1.bin']);
    expect(namesOf(kept)).toEqual([`inputs ${KEPT}`, `inputs ${DAMAGED}`, 'judges two-native-1.bin', 'tensorflow tensorflow-2.0-cpu']);
    expect((await readdir(join(cache, 'inputs'))).sort()).toHaveLength(5);
    await lock.release();
    expect(namesOf((await clearCache(cache, 'inputs')).removed)).toEqual([`inputs ${DAMAGED}`]);
  });

  it('loses set-ups that were broken off, not one that goes on', async () => {
    const [broken, going] = ['.partial-host-1-tensorflow', '.partial-host-2-tensorflow'];
    const file = await put(`${broken}/wheel`);
    await put(`${going}/wheel`);
    const before = new Date(Date.now() - 2 * HOUR_MS);
    for (const path of [file, dirname(file)]) await utimes(path, before, before);
    const { removed, kept } = await clearCache(cache, 'unfinished');
    expect([namesOf(removed), namesOf(kept)]).toEqual([[`unfinished ${broken}`], [`unfinished ${going}`]]);
    expect(await kindsLeft()).toEqual(['inputs', 'judges', 'photographs-of-somebody.zip', 'tensorflow-2.0-cpu', going].sort());
  });

  it('need not be there', async () => {
    expect((await readCache(join(below, 'none'))).entries).toEqual([]);
    expect(await clearCache(join(below, 'none'), null)).toEqual({ removed: [], kept: [] });
  });
});

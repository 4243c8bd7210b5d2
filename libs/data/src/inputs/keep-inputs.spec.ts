import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { BadInput, InputReader } from '../model/inputs.js';
import { keepInputs, type KeepOptions } from './keep-inputs.js';

afterAll(removeFolders);

let cacheFolder: string;
let notices: string[];
let options: KeepOptions;
beforeEach(async () => {
  cacheFolder = await makeFolder();
  notices = [];
  options = { origin: 'photos', cacheFolder, memoryMiB: 1, skipBad: 0, onNotice: (text) => { notices.push(text); } };
});

const COUNT = 600;

interface Counted extends InputReader { readonly reads: () => number }

interface ReaderParts { readonly bad?: readonly BadInput[]; readonly odd?: readonly BadInput[]; readonly count?: number }

/** Example i is four bytes i. */
function reader(identity: string | null = 'photos of today', { bad = [], odd = [], count = COUNT }: ReaderParts = {}): Counted {
  let reads = 0;
  return {
    shape: { height: 2, width: 2, channels: 1 }, values: 'bytes', count,
    identity: () => Promise.resolve(identity),
    read: async (first, end) => {
      reads += 1;
      const inputs = Uint8Array.from({ length: (end - first) * 4 }, (_, index) => first + (index >> 2));
      const isHere = ({ example }: BadInput): boolean => example >= first && example < end;
      return { inputs, bad: bad.filter(isHere), odd: odd.filter(isHere) };
    },
    reads: () => reads,
  };
}

const PIECES = 3;
const folderOf = (): string => join(cacheFolder, 'inputs');
const namesOf = async (pattern = /./): Promise<string[]> => (await readdir(folderOf())).filter((name) => pattern.test(name));

async function expectRight(from: InputReader, some: Partial<KeepOptions> = {}): Promise<void> {
  const { inputs } = await keepInputs(from, { ...options, ...some });
  expect([...inputs.gather(Uint32Array.of(7, 599))]).toEqual([7, 7, 7, 7, 87, 87, 87, 87]);
  inputs.close();
}

describe('inputs that cost time to decode', () => {
  it('are decoded once, and leave a file and its manifest', async () => {
    const first = reader();
    await expectRight(first);
    const second = reader();
    for (const memoryMiB of [1, 0]) await expectRight(second, { memoryMiB });
    expect([first.reads(), second.reads()]).toEqual([PIECES, 0]);
    const names = (await namesOf()).map((name) => name.replace(/^[0-9a-f]+/, 'KEY').replace(/-[0-9a-f]{8}/, '-N'));
    expect(names.sort()).toEqual(['KEY-N.bin', 'KEY.json']);
    expect(notices).toEqual([]);
  });

  it('are decoded again when they may have changed', async () => {
    await expectRight(reader());
    const changed = reader('photos of tomorrow');
    await expectRight(changed);
    const fewer = await keepInputs(reader('photos of today', { count: 500 }), options);
    expect([changed.reads(), fewer.inputs.count]).toEqual([PIECES, 500]);
  });

  it('are decoded by one of many who want them at once, and the others wait', async () => {
    const readers = Array.from({ length: 6 }, () => reader());
    await Promise.all(readers.map((one) => expectRight(one)));
    expect(readers.reduce((sum, one) => sum + one.reads(), 0)).toBe(PIECES);
    expect(notices).toContain(`waiting for process ${process.pid}, which is decoding the same inputs`);
    expect(await namesOf()).toHaveLength(2);
  });

  it('tell how far decoding is', async () => {
    const told: [number, number][] = [];
    await expectRight(reader(), { onProgress: (done, total) => { told.push([done, total]); } });
    expect(told).toEqual([[256, COUNT], [512, COUNT], [COUNT, COUNT]]);
  });

  it.each([
    ['cut off', (path: string) => truncate(path, 99)],
    ['written over', (path: string) => writeFile(path, Buffer.alloc(COUNT * 4))],
    ['gone', (path: string) => rm(path)],
    ['spoilt without a trace', async (path: string) => {
      const { atime, mtimeNs } = await stat(path, { bigint: true });
      await writeFile(path, Buffer.alloc(COUNT * 4));
      await utimes(path, atime, Number(mtimeNs) / 1e9);
      const manifest = join(folderOf(), (await namesOf(/json$/))[0] ?? '');
      const { mtimeNs: now } = await stat(path, { bigint: true });
      await writeFile(manifest, (await readFile(manifest, 'utf8')).replace(String(mtimeNs), String(now)));
    }],
  ])('are decoded again when their file is %s', async (_, damage) => {
    await expectRight(reader());
    await damage(join(folderOf(), (await namesOf(/bin$/))[0] ?? ''));
    const again = reader();
    await expectRight(again);
    expect(again.reads()).toBe(PIECES);
  });

  it.each(['', '{"file": "../../etc/passwd"}'])('count for nothing when their manifest is %j', async (text) => {
    await expectRight(reader());
    await writeFile(join(folderOf(), (await namesOf(/json$/))[0] ?? ''), text);
    const again = reader();
    await expectRight(again);
    expect(again.reads()).toBe(PIECES);
  });
});

describe('inputs that cost nothing to decode', () => {
  it('are kept in memory alone', async () => {
    await expectRight(reader(null));
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it('lie in a file without a name if memory does not hold them', async () => {
    const { inputs } = await keepInputs(reader(null), { ...options, memoryMiB: 0 });
    expect(await namesOf()).toEqual([]);
    expect([...inputs.gather(Uint32Array.of(9))]).toEqual([9, 9, 9, 9]);
    inputs.close();
  });
});

describe('another process that decodes the same', () => {
  let other: ChildProcess;
  let key: string;
  const lock = (): string => join(folderOf(), `.${key}.lock`);

  beforeEach(async () => {
    await expectRight(reader());
    key = (await namesOf(/json$/))[0]?.slice(0, -'.json'.length) ?? '';
    for (const name of await namesOf()) await rm(join(folderOf(), name));
    other = spawn('sleep', ['60']);
    await once(other, 'spawn');
  });

  it('is waited for, and if it is killed its work is begun anew', async () => {
    await writeFile(lock(), JSON.stringify({ host: hostname(), processId: other.pid }));
    await writeFile(join(folderOf(), `.${key}.${hostname()}.${other.pid ?? 0}-0.partial`), 'half');
    const waiting = reader();
    const told = new Promise<string>((resolve) => { options = { ...options, onNotice: resolve }; });
    const done = expectRight(waiting);
    expect(await told).toBe(`waiting for process ${other.pid ?? 0}, which is decoding the same inputs`);
    expect(waiting.reads()).toBe(0);
    other.kill('SIGKILL');
    await done;
    expect(waiting.reads()).toBe(PIECES);
    expect(await namesOf()).toHaveLength(2);
  });

  it('is waited for until somebody asks to stop', async () => {
    await writeFile(lock(), JSON.stringify({ host: hostname(), processId: other.pid }));
    const stop = new AbortController();
    const waiting = keepInputs(reader(), { ...options, signal: stop.signal, onNotice: () => { stop.abort(); } });
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    other.kill();
  });

  it('on another host, on a disk that both share, is not waited for', async () => {
    await writeFile(lock(), JSON.stringify({ host: 'elsewhere', processId: other.pid }));
    await writeFile(join(folderOf(), `.${key}.elsewhere.7-0.partial`), 'half');
    const here = reader();
    await expectRight(here);
    expect([here.reads(), (await namesOf(/partial$/)).length]).toEqual([PIECES, 1]);
    other.kill();
  });
});

describe('decoding that ends early', () => {
  it('by Ctrl-C stops after the piece under way and leaves nothing', async () => {
    const stop = new AbortController();
    const from = reader();
    const decoding = keepInputs(from, { ...options, signal: stop.signal, onProgress: () => { stop.abort(); } });
    await expect(decoding).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'stopped after 256 of 600 examples had been decoded' });
    expect([from.reads(), await namesOf()]).toEqual([1, []]);
  });

  it('by an error of the reader leaves nothing', async () => {
    const failing = { ...reader(), read: () => Promise.reject(new Error('the archive is damaged')) };
    await expect(keepInputs(failing, options)).rejects.toThrow('the archive is damaged');
    expect(await namesOf()).toEqual([]);
  });
});

describe('inputs that cannot be read', () => {
  const bad = [3, 300, 599].map((example) => ({ example, reason: `photos, line ${example + 2}: expected an image, found none` }));

  it('are all named at once, each time', async () => {
    const message = 'photos: expected 600 inputs that can be read (--skip-bad goes on without those that cannot), found 3 that cannot:\n'
      + '  photos, line 5: expected an image, found none\n  photos, line 302: expected an image, found none\n'
      + '  photos, line 601: expected an image, found none';
    const again = reader('photos of today', { bad });
    for (const from of [reader('photos of today', { bad }), again, reader(null, { bad })]) {
      await expect(keepInputs(from, options)).rejects.toMatchObject({ code: 'DATA_INVALID', message, details: { bad } });
    }
    expect(again.reads()).toBe(0);
  });

  it('are counted if they were odd and have been read, also by those who find them decoded', async () => {
    const odd = [300, 599].map((example) => ({ example, reason: `line ${example + 2}` }));
    const again = reader('photos of today', { odd });
    for (const from of [reader('photos of today', { odd }), again, reader(null, { odd })]) {
      expect(await keepInputs(from, options)).toMatchObject({ bad: [], odd: { count: 2, first: 'line 302' } });
    }
    expect(again.reads()).toBe(0);
  });

  it('are left to the caller up to the bound', async () => {
    expect((await keepInputs(reader('photos of today', { bad }), { ...options, skipBad: 0.005 })).bad).toEqual(bad);
    const bound = { ...options, skipBad: 0.004 };
    await expect(keepInputs(reader('photos of today', { bad }), bound)).rejects.toThrow(/--skip-bad allows 0\.400 %.*found 3 that cannot/);
  });
});

describe('a cache that cannot be written', () => {
  beforeEach(async () => { await writeFile(folderOf(), 'a file in the place of the folder'); });

  it('is said, and inputs are kept in memory if they fit', async () => {
    await expectRight(reader());
    const why = `Cannot write ${folderOf()}: a file is in the place of its folder.`;
    expect(notices).toEqual([expect.stringContaining(`photos: decoded inputs are not kept for other processes: ${why}`)]);
  });

  it('is an error if they do not', async () => {
    const bound = 'photos: 0.0 MiB of decoded inputs are more than the 0 MiB of data.reading.memoryMiB, and cannot be kept on disk: Cannot';
    await expect(keepInputs(reader(), { ...options, memoryMiB: 0 })).rejects.toMatchObject({
      code: 'STORAGE_FAILED', message: expect.stringContaining(bound) as string,
    });
  });
});

it('room on the disk is looked for before anything is decoded', async () => {
  const huge = reader('photos of a century', { count: 2 ** 50 });
  const room = /inputs: expected room for 4,294,967,296 MiB of decoded inputs, found [\d,]+ MiB: free some space, or set LETHE_CACHE/;
  await expect(keepInputs(huge, options)).rejects.toMatchObject({
    code: 'STORAGE_FAILED', message: expect.stringMatching(room) as string,
  });
  expect([huge.reads(), await namesOf()]).toEqual([0, []]);
});

describe('the cache', () => {
  const age = async (name: string, days: number): Promise<void> => {
    const then = new Date(Date.now() - days * 86_400_000);
    await utimes(join(folderOf(), name), then, then);
  };

  it('loses what nobody has used for 30 days when something is added', async () => {
    for (const identity of ['unused', 'used']) await expectRight(reader(identity));
    for (const name of await namesOf(/json$/)) await age(name, 31);
    const used = reader('used');
    await expectRight(used);
    await expectRight(reader('new'));
    expect(used.reads()).toBe(0);
    expect(await namesOf(/json$/)).toHaveLength(2);
    expect(await namesOf(/bin$/)).toHaveLength(2);
  });

  it('loses what killed processes have left there after a day, and nothing that may be under way', async () => {
    await mkdir(folderOf());
    for (const name of ['.0f.elsewhere.7-0.partial', '0f-00000000.bin', '.1f.elsewhere.7-0.partial', '1f-00000000.bin']) {
      await writeFile(join(folderOf(), name), 'half');
      await age(name, name.includes('0f') ? 2 : 0.5);
    }
    await expectRight(reader());
    expect((await namesOf(/half|elsewhere|00000000/)).sort()).toEqual(['.1f.elsewhere.7-0.partial', '1f-00000000.bin']);
  });

  it('is used where it may only be read', async () => {
    await expectRight(reader());
    for (const name of await namesOf()) await chmod(join(folderOf(), name), 0o444);
    await chmod(folderOf(), 0o555);
    const again = reader();
    await expectRight(again);
    expect(again.reads()).toBe(0);
    await chmod(folderOf(), 0o755);
  });
});

import { createHash } from 'node:crypto';
import { appendFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, removeFolders, someBytes } from '@lethe/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inputs, InputValues } from '../model/inputs.js';
import { fileInputs } from './file-inputs.js';
import { hashInputs } from './hash-inputs.js';
import { asBytes } from './input-values.js';
import { keepInputs } from './keep-inputs.js';
import { memoryInputs } from './memory-inputs.js';

afterAll(removeFolders);

const SHAPE = { height: 2, width: 3, channels: 2 };
const COUNT = 700;

function someValues(values: InputValues, count = COUNT): Uint8Array | Float32Array {
  const bytes = someBytes(count * 12);
  return values === 'bytes' ? bytes : Float32Array.from(bytes, (byte, index) => byte / 3 - index);
}

type Make = (all: Uint8Array | Float32Array, values: InputValues) => Promise<Inputs>;

async function inFile(all: Uint8Array | Float32Array, values: InputValues): Promise<Inputs> {
  const path = join(await makeFolder(), 'inputs.bin');
  await writeFile(path, asBytes(all));
  return fileInputs({ path, shape: SHAPE, values, count: COUNT });
}

function kept(identity: string | null, memoryMiB: number): Make {
  return async (all, values) => {
    const reader = {
      shape: SHAPE, values, count: COUNT, identity: () => Promise.resolve(identity),
      read: (first: number, end: number) => Promise.resolve({ inputs: all.slice(first * 12, end * 12), bad: [] }),
    };
    return (await keepInputs(reader, { origin: 'some data', cacheFolder: await makeFolder(), memoryMiB, skipBad: 0 })).inputs;
  };
}

const KINDS: readonly [string, Make][] = [
  ['in memory', async (all) => memoryInputs(all, SHAPE)],
  ['in a file', inFile],
  ['decoded to memory', kept(null, 1)],
  ['decoded to the cache and loaded from it', kept('these', 1)],
  ['decoded to the cache and read by pieces', kept('these', 0)],
  ['decoded to a file of its own', kept(null, 0)],
];

describe.each(KINDS.flatMap(([kind, make]) => (['bytes', 'floats'] as const).map((values) => [values, kind, make] as const)))(
  'inputs of %s %s',
  (values, kind, make) => {
    const all = someValues(values);
    let inputs: Inputs;
    beforeEach(async () => { inputs = await make(all, values); });
    afterEach(() => { inputs.close(); });

    it('say what they are and where', () => {
      expect(inputs).toMatchObject({ shape: SHAPE, values, count: COUNT });
      const isInMemory = /memory|loaded/.test(kind);
      expect(inputs.described).toMatch(isInMemory ? /^in memory, 0\.0 MiB$/ : /^read by pieces from .+, 0\.0 MiB$/);
    });

    it('give any rows, in the order asked and as often as asked', () => {
      const rows = [0, 1, 2, 699, 5, 5, 4, 698, 699, 0];
      const gathered = inputs.gather(Uint32Array.from(rows));
      expect(gathered.constructor).toBe(all.constructor);
      expect([...gathered]).toEqual(rows.flatMap((row) => [...all.subarray(row * 12, row * 12 + 12)]));
      expect(inputs.gather(new Uint32Array(0))).toHaveLength(0);
      expect(inputs.gather(Uint32Array.from({ length: COUNT }, (_, row) => row))).toEqual(all);
    });

    it('give an array that the caller may write to', () => {
      inputs.gather(Uint32Array.of(3)).fill(0);
      expect(inputs.gather(Uint32Array.of(3))).toEqual(all.subarray(36, 48));
    });

    it('have no other rows', () => {
      expect(() => inputs.gather(Uint32Array.of(3, COUNT))).toThrow(new RangeError(`row of inputs: expected 0 to 699, found ${COUNT}`));
      expect(() => inputs.gather(Uint32Array.of(COUNT - 1, COUNT))).toThrow(RangeError);
    });

    it('are hashed by pieces to the hash of all of them', async () => {
      const rows = Uint32Array.from({ length: 600 }, (_, row) => 699 - row);
      const hash = createHash('sha256');
      await hashInputs(hash, inputs, rows);
      expect(hash.digest('hex')).toBe(createHash('sha256').update(asBytes(inputs.gather(rows))).digest('hex'));
    });
  },
);

describe('a file of inputs', () => {
  it.each([
    ['cut off', (path: string) => truncate(path, 100), 100],
    ['longer', (path: string) => appendFile(path, 'more'), COUNT * 12 + 4],
    ['written again', (path: string) => writeFile(path, someBytes(COUNT * 12, 1)), COUNT * 12],
  ])('that is %s is named, however it is read', async (_, change, bytes) => {
    const path = join(await makeFolder(), 'inputs.bin');
    await writeFile(path, someValues('bytes'));
    const file = { path, shape: SHAPE, values: 'bytes', count: COUNT } as const;
    const inputs = fileInputs(file);
    await change(path);
    const message = `${path}: expected 8400 bytes of inputs as when they were written, found them changed, ${bytes} bytes`;
    expect(() => inputs.gather(Uint32Array.of(1))).toThrow(expect.objectContaining({ code: 'DATA_INVALID', message }));
    if (bytes !== COUNT * 12) expect(() => fileInputs(file)).toThrow(expect.objectContaining({ code: 'DATA_INVALID', message }));
    inputs.close();
  });

  it('is read on after it has been removed', async () => {
    const path = join(await makeFolder(), 'inputs.bin');
    await writeFile(path, someValues('bytes'));
    const inputs = fileInputs({ path, shape: SHAPE, values: 'bytes', count: COUNT });
    await rm(path);
    expect(inputs.gather(Uint32Array.of(2))).toEqual(someValues('bytes').subarray(24, 36));
    inputs.close();
  });
});

it('a hash is fed small pieces however large the inputs are: one update of more than 2^31 bytes throws', async () => {
  const lengths: number[] = [];
  const shape = { height: 512, width: 512, channels: 4 };
  const gather = (rows: Uint32Array): Uint8Array => new Uint8Array(rows.length * 2 ** 20);
  const inputs = { ...memoryInputs(new Uint8Array(0), shape), count: 40, gather };
  await hashInputs({ update: ({ length }) => lengths.push(length) }, inputs, new Uint32Array(40));
  expect(lengths).toEqual(Array.from({ length: 10 }, () => 2 ** 22));
});

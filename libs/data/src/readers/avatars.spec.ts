import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLAIN_DATA, READING, type DataConfig } from '@lethe/config';
import { afterAll, describe, expect, it } from 'vitest';
import { Unpacking } from '../formats/archives/unpacking.js';
import type { DataSource } from '../model/dataset.js';
import { openData } from '../open-data.js';
import { drawTraits, readAvatars } from './avatars.js';

const cacheFolder = mkdtempSync(join(tmpdir(), 'lethe-avatars-'));
afterAll(() => { rmSync(cacheFolder, { recursive: true }); });

const COUNT = 48;
const DATA: DataConfig = {
  ...PLAIN_DATA, kind: 'avatars', imageSize: 64, channels: 3, forget: ['glasses'], keep: ['smile'], avatars: { count: COUNT },
};
const open = (data: Partial<DataConfig> = {}, seed = 1): Promise<DataSource> => openData({ ...DATA, ...data }, seed, { cacheFolder });

/** Hooks of modules under which the packages that draw cannot be loaded. */
const REFUSAL = `data:text/javascript,${encodeURIComponent(`
  export function resolve(name, context, next) {
    if (name.startsWith('@dicebear/')) throw new Error('loaded ' + name);
    return next(name, context);
  }`)}`;

/** Bytes of a face, row-major in colour. */
async function draw(face: number): Promise<Uint8Array> {
  const reading = { ...READING };
  const options = { imageSize: 64, channels: 3, needsLabel: false, seed: 1, reading, unpacking: new Unpacking(1) } as const;
  const { inputs } = await readAvatars({ count: COUNT }, options);
  return Uint8Array.from((await inputs?.read(face, face + 1))?.inputs ?? []);
}

describe('avatars', () => {
  it('have each trait by halves, whatever else they have, and are the same however many there are', () => {
    const traits = drawTraits(80);
    expect(traits.slice(0, 50)).toEqual(drawTraits(50));
    const counts = new Map<string, number>();
    for (const { glasses, beard, smile } of traits) {
      const name = [glasses, beard, smile].join();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(new Array(8).fill(10));
  });

  it('are images with named columns, of which a sixth is drawn for testing by the seed; the faces are the same', async () => {
    const { facts, train, test } = await open();
    expect(facts).toMatchObject({
      shape: { height: 64, width: 64, channels: 3 }, trainCount: 40, testCount: 8,
      kept: [{ name: 'smile', categories: ['no', 'yes'] }], forgotten: [{ name: 'glasses', categories: ['no', 'yes'], missing: 0 }],
    });
    expect(train.attributes.map(({ name }) => name).sort()).toEqual(['beard', 'glasses', 'smile']);
    const other = await open({}, 2);
    const all = Uint32Array.from({ length: COUNT }, (_, face) => face);
    expect(Buffer.from(other.train.inputs.gather(all) as Uint8Array).equals(train.inputs.gather(all) as Uint8Array)).toBe(true);
    expect([...other.test.rows]).not.toEqual([...test.rows]);
    expect(test.inputs.count).toBe(COUNT);
  });

  it('are drawn whole, on a background', async () => {
    const faces = await Promise.all([0, 1, 2, 3].map(draw));
    const backgrounds = faces.map((face) => [...face.subarray(0, 3)].map((value) => value.toString(16)).join(''));
    for (const colour of backgrounds) expect(['b6e3f4', 'c0aede', 'd1d4f9', 'ffdfbf']).toContain(colour);
    expect(new Set(faces.map((face) => Buffer.from(face).toString('base64'))).size).toBe(4);
  });

  it('differ in what they have alone where a trait differs', async () => {
    const { loadAvatarDrawing } = await import('./avatar-drawing.js');
    const drawing = await loadAvatarDrawing();
    const none = { glasses: false, beard: false, smile: false };
    const all = [none, { ...none, glasses: true }, { ...none, beard: true }, { ...none, smile: true }];
    const texts = all.map((traits) => drawing(7, traits));
    expect(new Set(texts).size).toBe(4);
    expect(drawing(7, none)).toBe(texts[0]);
  });

  it('are read from the cache without the packages that draw', async () => {
    const { facts: { fingerprint } } = await open();
    const program = `
      import { register } from 'node:module';
      register(${JSON.stringify(REFUSAL)});
      const { openData } = await import(${JSON.stringify(new URL('../open-data.ts', import.meta.url).href)});
      const { facts } = await openData(${JSON.stringify(DATA)}, 1, { cacheFolder: ${JSON.stringify(cacheFolder)} });
      process.stdout.write(facts.fingerprint);`;
    const read = (): string => execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect(read()).toBe(fingerprint);
  }, 60_000);

  it('are brought to any size, in grey too', async () => {
    const { facts: { shape } } = await open({ imageSize: 32, channels: 1, avatars: { count: 16 } });
    expect(shape).toEqual({ height: 32, width: 32, channels: 1 });
  });
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definitionOf, hashOfCode } from '@lethe/code';
import { configLayer, readConfigFile, type ConfigLayer } from '@lethe/config';
import { openData } from '@lethe/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOfLayers } from '../run-config.js';
import { OwnModules } from './with-own-code.js';

/** Signals of a made device; both its halves are rows of one table in memory. */
const READER = `import { defineData, z } from '@lethe/lethe/game';

export default defineData({
  name: 'beats',
  folder: 'none',
  settings: z.object({ length: z.int().min(4).default(8), examples: z.int().default(24) }),
  read({ settings: { length, examples } }) {
    const all = Array.from({ length: examples }, (_, example) => example);
    return {
      inputs: { shape: [length, 2], values: Float32Array.from({ length: examples * length * 2 }, (_, index) => Math.sin(index)) },
      attributes: {
        ill: all.map((example) => (example % 2 === 0 ? 'yes' : 'no')), device: all.map((example) => ['a', 'b', 'c'][(example >> 1) % 3]!),
      },
    };
  },
});
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-own-data-'));
  await writeFile(join(folder, 'beats.ts'), READER);
});
afterAll(() => rm(folder, { recursive: true }));

function withCode(layers: readonly ConfigLayer[], from: string): Promise<ConfigLayer[]> {
  return new OwnModules({ folder: from, configFile: null }).named(layers);
}

const MACHINE = { cores: 2, gpus: 0, engine: 'wasm' } as const;

function layers(data: Readonly<Record<string, unknown>>) {
  const all = { kind: './beats.ts', keep: ['ill'], forget: ['device'], ...data };
  return [configLayer({ recipe: 'keep-and-forget', data: all }, 'beats.json')];
}

describe('a module in the place of a kind of data', () => {
  it('is bundled, and its reader reads the data', async () => {
    const named = await withCode(layers({ own: { settings: { length: 6 } } }), folder);
    const { config: { data, seed } } = configOfLayers(named, MACHINE);
    expect(data).toMatchObject({
      kind: 'own', folder: null, own: { reader: 'beats', code: expect.stringMatching(/^[0-9a-f]{64}$/) as string, settings: { length: 6 } },
    });
    const { facts } = await openData(data, seed);
    expect(facts).toMatchObject({
      shape: { height: 6, width: 1, channels: 2 }, trainCount: 20, testCount: 4, kept: [{ name: 'ill' }], forgotten: [{ name: 'device' }],
    });
    const again = await withCode(layers({}), folder);
    expect(configOfLayers(again, MACHINE).config.data.own?.code).toBe(data.own?.code);
  });

  it('is found beside a configuration that names it by its hash, as a trial of a sweep has one', async () => {
    const text = "export default { kind: 'lethe-data', name: 'kept', folder: 'none' };";
    const code = hashOfCode(text);
    const sweep = join(folder, 'sweep');
    for (const name of ['code', 'configs']) await mkdir(join(sweep, name), { recursive: true });
    const file = join(sweep, 'configs', '001.json');
    await writeFile(file, JSON.stringify({ data: { kind: 'own', own: { reader: 'kept', code, settings: {} } } }));
    const named = () => new OwnModules({ folder, configFile: file }).named([readConfigFile(file, folder)]);
    await expect(named()).rejects.toMatchObject({ code: 'CODE_MISSING' });
    await writeFile(join(sweep, 'sweep.json'), '{}');
    await writeFile(join(sweep, 'code', `${code}.mjs`), text);
    await named();
    expect(definitionOf(code)).toMatchObject({ name: 'kept' });
  });

  it('cannot be the game too', async () => {
    const both = configLayer({ recipe: 'keep-and-forget', objective: { code: './beats.ts' }, data: { kind: './beats.ts' } }, 'both.json');
    const modules = new OwnModules({ folder, configFile: null });
    await modules.named(layers({}));
    const message = /^--game .*beats\.ts: expected `export default defineGame\(.*found `export default defineData\(/;
    await expect(modules.named([both])).rejects.toMatchObject({
      code: 'CODE_INVALID', message: expect.stringMatching(message) as string,
    });
  });

  it('gives way to a kind that a later layer names', async () => {
    const named = await withCode([...layers({}), configLayer({ data: { kind: 'coloured-mnist' } }, 'later.json')], folder);
    expect(configOfLayers(named, MACHINE).config.data).toMatchObject({ kind: 'coloured-mnist', own: null });
  });

  it('has settings whose defaults the configuration has, and which it names when they are wrong', async () => {
    const configOf = async (settings: Readonly<Record<string, unknown>>) => (
      configOfLayers(await withCode(layers({ own: { settings } }), folder), MACHINE).config
    );
    expect((await configOf({ length: 6 })).data.own?.settings).toEqual({ length: 6, examples: 24 });
    await expect(configOf({ lengths: 6, examples: 'many' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID', message: expect.stringMatching(
        /data\.own\.settings\.lengths in beats\.json: .* found lengths; did you mean length\?\n.*settings\.examples in beats\.json: /,
      ) as string,
    });
  });

  it('has settings as they were given where its schema makes something else of them', async () => {
    const dated = READER.replace('z.int().default(24)', "z.string().default('24').transform(Number)");
    await writeFile(join(folder, 'dated.ts'), dated);
    const asked = layers({ kind: './dated.ts', own: { settings: { examples: '12' } } });
    const { config: { data } } = configOfLayers(await withCode(asked, folder), MACHINE);
    expect(data.own?.settings).toEqual({ examples: '12' });
    expect((await openData(data, 1)).facts).toMatchObject({ trainCount: 10, testCount: 2 });
  });

  it('may be the reader of the guide to data', async () => {
    const guide = await readFile(join(import.meta.dirname, '../../../../docs/data.md'), 'utf8');
    const [, module = ''] = /```ts\n([^]*?)```/.exec(guide) ?? [];
    const walks = join(folder, 'walks');
    await mkdir(walks);
    await writeFile(join(walks, 'walks.ts'), module);
    await writeFile(join(walks, 'walks.f32'), Float32Array.from({ length: 12 * 16 * 3 }, (_, index) => Math.cos(index)));
    const rows = Array.from({ length: 12 }, (_, example) => `${['walk', 'rest'][example % 2] ?? ''},${'abc'[example >> 2] ?? ''}`);
    await writeFile(join(walks, 'walks.csv'), ['activity,device', ...rows].join('\n'));
    const own = { settings: { length: 16, device: 'c' } };
    const asked = layers({ kind: 'walks/walks.ts', folder: walks, keep: ['activity'], forget: ['device'], own });
    const { config: { data } } = configOfLayers(await withCode(asked, folder), MACHINE);
    const { facts, placeOf } = await openData(data, 1);
    expect(facts).toMatchObject({ shape: { height: 16, width: 1, channels: 3 }, trainCount: 8, testCount: 4, classes: ['rest', 'walk'] });
    expect(facts.forgotten[0]?.categories).toEqual(['a', 'b']);
    expect(placeOf(3)).toBe('walks.csv, line 5');
  });

  it('that is not there, or with a part of the data\'s settings that do not belong to it, is refused', async () => {
    await expect(withCode(layers({ kind: './none.ts' }), folder)).rejects.toMatchObject({ code: 'CODE_INVALID' });
    expect(() => configOfLayers(layers({ kind: 'own' }), MACHINE)).toThrow('data.own: expected the reader of the data (--data READER.ts)');
    const mnist = { kind: 'mnist', own: { reader: 'a', code: 'a'.repeat(64), settings: {} } };
    expect(() => configOfLayers([configLayer({ data: mnist }, 'a.json')], MACHINE))
      .toThrow('expected own, as data.own says which reader reads them, found "mnist"');
  });
});

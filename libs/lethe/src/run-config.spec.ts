import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { valueAt, type RunConfig, type Tree } from '@lethe/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRunConfig, resumedRunConfig, withOwnCode } from './run-config.js';

const READER = `import { defineData, z } from '@lethe/lethe/game';

export default defineData({
  name: 'beats', folder: 'none',
  settings: z.object({ length: z.int().min(4).default(8), channels: z.int().default(2) }),
  read: ({ settings: { length, channels } }) => (
    { inputs: { shape: [length, channels], values: new Float32Array(24 * length * channels) } }
  ),
});
`;
const MACHINE = { cores: 2, gpus: 0, engine: 'wasm' } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-run-config-'));
  await writeFile(join(folder, 'beats.ts'), READER);
});
afterAll(() => rm(folder, { recursive: true }));

/** What is asked for with these flags over a configuration file whose data these settings say. */
async function asked(data: Tree, flags: Tree) {
  const configFile = join(folder, 'c.json');
  await writeFile(configFile, JSON.stringify({ recipe: 'keep-and-forget', data: { keep: ['ill'], forget: ['device'], ...data } }));
  const label = (path: string): string => `--${path}`;
  return withOwnCode({
    folder, runsFolder: folder, configFile, flags: { source: 'flags', values: flags, label },
  });
}

async function configOf(data: Tree, flags: Tree): Promise<RunConfig> {
  return newRunConfig(await asked(data, flags), MACHINE).config;
}

describe('a configuration file that names an own reader', () => {
  const file = { kind: './beats.ts', own: { settings: { channels: 3 } } };

  it('keeps it under flags that set one of its settings', async () => {
    const { data } = await configOf(file, { data: { own: { settings: { length: 6 } } } });
    const code = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(data).toMatchObject({ kind: 'own', own: { reader: 'beats', code, settings: { length: 6, channels: 3 } } });
    expect((await configOf({ kind: './beats.ts' }, {})).data.own).toMatchObject({ reader: 'beats', code: data.own?.code });
  });

  it('gives way to flags that name another kind, also if it is a run\'s own file', async () => {
    const { data: { own } } = await configOf(file, {});
    for (const one of [file, { kind: 'own', own }]) {
      const { data } = await configOf(one, { data: { kind: 'coloured-mnist', keep: ['label'], forget: ['colour'] } });
      expect(data).toMatchObject({ kind: 'coloured-mnist', own: null });
    }
  });

  it('may be named again when a run is resumed, with the settings that it was begun with', async () => {
    const saved: unknown = JSON.parse(JSON.stringify(await configOf(file, { data: { own: { settings: { length: 6 } } } })));
    const resumed = async (flags: Tree): Promise<unknown> => valueAt(resumedRunConfig(await asked(file, flags), saved).config, 'data.own');
    expect(await resumed({ patience: 3 })).toEqual(valueAt(saved, 'data.own'));
    await expect(resumed({ data: { own: { settings: { length: 7 } } } })).rejects
      .toThrow('--data.own.settings.length: expected 6, as the run was started (only a new run can change it), found 7');
  });
});

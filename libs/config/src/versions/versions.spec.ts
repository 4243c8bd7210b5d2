import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leaves, valueAt, withValue, type Tree } from '../layer.js';
import { configLayer } from '../config-file.js';
import { mergeConfig } from '../merge-config.js';
import { applyResumeOverrides } from '../resume-overrides.js';
import { parseSavedConfig, CONFIG_VERSION, savedConfigJson, upgradeConfig } from './saved-config.js';
import { filledIn, upgrade, type VersionStep } from './upgrade.js';

const machine = { cores: 2, gpus: 0, engine: 'native' } as const;
/** The contents of config.json of runs of version 1, one for each recipe of that version. */
const first = JSON.parse(readFileSync(new URL('../../fixtures/version-1.json', import.meta.url), 'utf8')) as (Tree & { recipe: string })[];

describe('a run of version 1', () => {
  it.each(first.map((saved) => [saved.recipe, saved] as const))('with the recipe %s goes on as it was', (_recipe, saved) => {
    const { config } = applyResumeOverrides(saved, []);
    for (const [path, value] of leaves(saved)) {
      // Tables have settings that version 1 did not have.
      const settings = path === 'data.domains.from' ? (value as Tree[]).map(withNewSettings) : value;
      expect(valueAt(config, path), path).toEqual(settings);
    }
    expect(config.data).toMatchObject({ keep: [], forget: [config.data.kind === 'domains' ? 'domain' : 'label'], table: null });
    expect(config.cluster).toMatchObject({ strictBits: false, oversubscribe: true });
    expect(config.data.unpackedGiB).toBe(2);
  });
});

function withNewSettings(source: Tree): Tree {
  const files = source['files'] as readonly Tree[] | null | undefined;
  if (!Array.isArray(files)) return source;
  return { ...source, names: null, categories: null, files: files.map((file: Tree) => ({ ...file, split: null })) };
}

describe('a run that a younger rule forbids', () => {
  it('is gone on with once flags have mended it', () => {
    const broken = withValue(withValue(first[0] ?? {}, 'cluster.heartbeatSeconds', 5), 'cluster.stallSeconds', 2);
    expect(() => applyResumeOverrides(broken, [])).toThrow('cluster.stallSeconds: expected more than the 5 s between two heartbeats');
    const flags = { source: 'flags', values: { cluster: { stallSeconds: 20 } }, label: () => '--stall-seconds' } as const;
    expect(applyResumeOverrides(broken, [flags]).config.cluster).toMatchObject({ heartbeatSeconds: 5, stallSeconds: 20 });
  });
});

describe('a configuration that is kept', () => {
  const { config } = mergeConfig(machine, []);

  it('comes back, with its version', () => {
    const saved = JSON.parse(savedConfigJson(config)) as Tree;
    expect(saved['version']).toBe(CONFIG_VERSION);
    expect(parseSavedConfig(saved, 'config.json')).toEqual(config);
    expect(mergeConfig({ ...machine, cores: 64 }, [configLayer(saved, 'config.json')]).config).toEqual(config);
  });

  it.each([
    [
      CONFIG_VERSION + 1,
      `config.json: expected version ${CONFIG_VERSION} or an earlier one, found version ${CONFIG_VERSION + 1}, which a newer Lethe wrote`,
    ],
    ['2', 'version in config.json: expected a whole number from 1, found "2"'],
    [0, 'version in config.json: expected a whole number from 1, found 0'],
  ])('is refused with version %j', (version, message) => {
    expect(() => applyResumeOverrides({ ...config, version }, [])).toThrow(message);
    expect(() => configLayer({ ...config, version }, 'config.json')).toThrow(message);
  });

  it('lacks nothing that its version had', () => {
    const { strictBits: _, ...cluster } = config.cluster;
    const incomplete = { ...config, version: CONFIG_VERSION, cluster };
    expect(() => parseSavedConfig(incomplete, 'config.json')).toThrow('cluster.strictBits: expected true or false, found nothing');
    expect(upgradeConfig([], 'config.json')).toEqual([]);
  });
});

describe('steps from version to version', () => {
  const steps: VersionStep[] = [
    (before) => filledIn(before, { 'a.new': 1, 'a.old': 9 }),
    ({ a, ...before }) => ({ ...before, b: a }),
  ];

  it.each([
    [{ a: { old: 0 } }, { b: { old: 0, new: 1 } }],
    [{ version: 2, a: { old: 0, new: 2 } }, { b: { old: 0, new: 2 } }],
    [{ version: 3, b: 5 }, { b: 5 }],
  ])('bring %j to the last one', (raw, current) => {
    expect(upgrade(raw, steps, 'x.json')).toEqual(current);
  });
});

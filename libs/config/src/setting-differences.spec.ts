import { describe, expect, it } from 'vitest';
import { mergeConfig } from './merge-config.js';
import type { RunConfig } from './run-config.js';
import { settingDifferences, type SettingDifference } from './setting-differences.js';

const of = (values: Record<string, unknown>): RunConfig =>
  mergeConfig({ cores: 4, gpus: 0, engine: 'native' }, [{ source: 'flags', values, label: (path) => path }]).config;
const withOrigin = (found: readonly SettingDifference[], wanted: SettingDifference['origin']): SettingDifference[] =>
  found.filter(({ origin }) => origin === wanted);

describe('settings that differ', () => {
  it('are none between a configuration and itself, and those of all', () => {
    expect(settingDifferences([of({}), of({})])).toEqual([]);
    expect(settingDifferences([of({ seed: 1 }), of({ seed: 2 }), of({ seed: 1 })])).toEqual([
      { path: 'seed', values: [1, 2, 1], origin: 'chosen' },
    ]);
  });

  it('are told from those that follow from the recipes, and from those without a part in the result', () => {
    const one = of({ recipe: 'forget', objective: { beta: 0.5 } });
    const found = settingDifferences([one, of({ recipe: 'quick', cluster: { workers: 3 } })]);
    expect(withOrigin(found, 'chosen').map(({ path }) => path)).toEqual(['recipe', 'objective.beta']);
    expect(withOrigin(found, 'recipe').map(({ path }) => path)).toContain('objective.hiding');
    expect(withOrigin(found, 'free').map(({ path }) => path)).toContain('cluster.workers');
    expect(settingDifferences([of({ cluster: { threads: 1 } }), of({ cluster: { threads: 2 } })])[0]?.origin).toBe('chosen');
  });

  it('are one where those of all networks differ alike', () => {
    const rate = (optimizers: object): RunConfig => of({ objective: { optimizers } });
    expect(settingDifferences([rate({ '*': { learningRate: 0.1 } }), rate({ '*': { learningRate: 0.2 } })])).toEqual([
      { path: 'objective.optimizers.*.learningRate', values: [0.1, 0.2], origin: 'chosen' },
    ]);
    expect(settingDifferences([of({}), rate({ encoder: { learningRate: 0.2 } })]).map(({ path }) => path)).toEqual([
      'objective.optimizers.encoder.learningRate',
    ]);
  });

  it('of another game have no value where it has no such setting', () => {
    const found = settingDifferences([of({}), of({ recipe: 'own-images', data: { folder: '/data', domains: { target: 't' } } })]);
    expect(found.find(({ path }) => path === 'objective.beta')).toMatchObject({ values: [expect.any(Number) as unknown, undefined] });
    expect(found.find(({ path }) => path === 'objective.kind')?.values).toEqual(['forgetting', 'domain-adaptation']);
  });
});

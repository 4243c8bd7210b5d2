import { expect, it } from 'vitest';
import { configLayer } from './config-file.js';
import { defaultSetting } from './default-setting.js';
import { mergeConfig } from './merge-config.js';

const machine = { cores: 2, gpus: 0, engine: 'native' } as const;

it('says what a run gets where nobody says anything', () => {
  const { config } = mergeConfig(machine, []);
  const other = mergeConfig(machine, [configLayer({ recipe: 'usps-to-mnist', data: { folder: '/data' } }, 'file')]).config;
  expect(other.batchSize).not.toBe(config.batchSize);
  expect(defaultSetting('batchSize')).toEqual({ value: config.batchSize, isOfRecipe: true });
  expect(defaultSetting('cluster.threads')).toEqual({ value: config.cluster.threads, isOfRecipe: false });
  expect(defaultSetting('patience')).toEqual({ value: null, isOfRecipe: false });
});

it('has a value for every network where they agree', () => {
  expect(defaultSetting('objective.optimizers.*.kind')).toEqual({ value: 'adam', isOfRecipe: true });
});

it('knows settings that only other recipes have', () => {
  expect(defaultSetting('objective.alignment.weight')).toEqual({ value: undefined, isOfRecipe: true });
});

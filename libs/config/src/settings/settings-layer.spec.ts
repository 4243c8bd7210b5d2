import { describe, expect, it } from 'vitest';
import { mergeConfig } from '../merge-config.js';
import type { RunConfig } from '../run-config.js';
import { settingPaths, settingsLayer, settingValue } from './settings-layer.js';
import type { Settings } from './settings.js';

const FOLDER = '/home/ada/study';
const read = (settings: Settings): unknown => settingsLayer(settings, { folder: FOLDER }).values;
const config = (settings: Settings): RunConfig => (
  mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [settingsLayer(settings, { folder: FOLDER })]).config
);

describe('settings of a program', () => {
  it('have the short names of flags, or are parts of the whole configuration, or both', () => {
    expect(read({ recipe: 'forget', beta: 0.05, objective: { latentSize: 8 }, cluster: { workers: 2 } })).toEqual({
      recipe: 'forget', objective: { beta: 0.05, latentSize: 8 }, cluster: { workers: 2 },
    });
  });

  it('say yes or no where a flag is a switch, whatever the flag sets', () => {
    const { objective, grid, evaluation, data } = config({
      recipe: 'adult', dataDir: 'adult', separately: true, rebuild: false, grid: false, evaluation: false, skipBad: true,
    });
    expect(objective).toMatchObject({ jointly: false, rebuild: false });
    expect({ grid, evaluation, skipBad: data.reading.skipBad }).toEqual({ grid: false, evaluation: false, skipBad: 0.1 });
  });

  it('begin relative paths in the folder that is said', () => {
    expect(read({ dataDir: 'photos' })).toEqual({ data: { folder: '/home/ada/study/photos' } });
    expect(read({ data: { folder: '../photos' } })).toEqual({ data: { folder: '/home/ada/photos' } });
  });

  it('may hold for every network, or name a kind of data beside parts of the data', () => {
    expect(config({ learningRate: 0.01 }).objective.optimizers).toMatchObject({ encoder: { learningRate: 0.01 } });
    expect(config({ objective: { optimizers: { '*': { learningRate: 0.02 } } } }).objective.optimizers).toMatchObject(
      { classifier: { learningRate: 0.02 } },
    );
    expect(read({ data: 'idx' })).toEqual({ data: { kind: 'idx' } });
  });

  it('name all kinds of probes by one word', () => {
    expect(config({ probes: 'trees' }).probes).toEqual(['boosted-trees', 'forest']);
  });

  it.each<[object, string]>([
    [{ bta: 1 }, 'bta: expected a known setting, found the unknown name "bta" (did you mean beta?)'],
    [{ objective: { betta: 1 } }, 'found the unknown name "betta" (did you mean objective.beta?)'],
    [{ beta: 'much' }, 'beta: expected a number, found "much"'],
    [{ beta: 1, objective: { beta: 2 } }, 'objective.beta: expected it once (it is beta too), found 2'],
    [{ keep: 'income' }, 'keep: expected a list, found "income"'],
    [{ recipe: 'forgett' }, /recipe: expected a recipe .*\(did you mean forget\?\)/.source],
  ])('that cannot be right are refused: %j', (settings, message) => {
    const isPattern = message.includes('\\(');
    expect(() => config(settings)).toThrow(isPattern ? new RegExp(message) : message);
  });

  it('that are undefined are not given, and what is no object is refused', () => {
    expect(read({ beta: undefined } as unknown as Settings)).toEqual({});
    expect(() => read('forget' as unknown as Settings)).toThrow('settings: expected an object, found "forget"');
  });

  it('are found by their short names one by one', () => {
    expect([settingPaths('beta'), settingPaths('objective.head.width')]).toEqual([['objective.beta'], ['objective.head.width']]);
    expect([settingValue('separately', true, FOLDER), settingValue('dataDir', 'a', FOLDER)]).toEqual([false, '/home/ada/study/a']);
  });
});

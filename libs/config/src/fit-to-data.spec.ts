import { describe, expect, it } from 'vitest';
import { checkConfigAgainstData, type DataCounts } from './data-problems.js';
import { fitToData } from './fit-to-data.js';
import type { ConfigLayer, Tree } from './layer.js';
import { mergeConfig } from './merge-config.js';
import type { CompiledConfig } from './compile-config.js';

const machine = { cores: 4, gpus: 0, engine: 'native' } as const;
const FLAGS: Readonly<Record<string, string>> = { 'data.heldOut': '--held-out', batchSize: '--batch-size', shards: '--shards' };

function given(recipe: string, values: Tree = {}): CompiledConfig {
  const layer: ConfigLayer = { source: 'flags', values: { recipe, ...values }, label: (path) => FLAGS[path] ?? path };
  return mergeConfig(machine, [layer]);
}

/** Of one population, all of whose examples have a label. */
function plain(trainCount: number): DataCounts {
  return { trainCount, heldOutCount: null, domains: [{ trainCount, labelledCount: trainCount }] };
}

/** Of several populations of ten examples, all but the last one with labels. */
function populations(count: number): DataCounts {
  const domains = Array.from({ length: count }, (_, index) => ({ trainCount: 10, labelledCount: index < count - 1 ? 10 : 0 }));
  return { trainCount: 10 * count, heldOutCount: null, domains };
}

function ofDomains(recipe: string, values: Tree = {}): CompiledConfig {
  return given(recipe, { data: { folder: '/data' }, ...values });
}

function sizes({ config: { data, batchSize, shards } }: Pick<CompiledConfig, 'config'>): number[] {
  return [data.heldOut, batchSize, shards];
}

describe('settings that nobody gave', () => {
  it.each(['quick', 'forget-short', 'forget', 'article'])('stay as they are in %s where they fit, as on all of MNIST', (recipe) => {
    const compiled = given(recipe);
    const { config, notices } = fitToData(compiled, plain(60_000));
    expect(config).toBe(compiled.config);
    expect(notices).toEqual([]);
  });

  it('are fitted to a few hundred images, and said', () => {
    const fitted = fitToData(given('forget'), plain(250));
    expect(sizes(fitted)).toEqual([40, 16, 4]);
    expect(fitted.notices).toEqual([
      "--held-out 40 instead of the recipe's 5,000: the data has 250 training examples",
      "--batch-size 16 instead of the recipe's 256: 210 training examples to train on",
    ]);
  });

  it('fit the data of any size', () => {
    for (let count = 2; count <= 20_000; count = Math.ceil(count * 1.3)) {
      const { config } = fitToData(given('quick'), plain(count));
      expect(() => { checkConfigAgainstData(config, plain(count)); }, String(count)).not.toThrow();
      expect(config.batchSize / config.shards, String(count)).toBeGreaterThanOrEqual(2);
      expect(config.cluster.workers).toBeLessThanOrEqual(config.shards);
    }
  });

  it.each([[2, 128], [3, 126], [4, 128], [5, 120], [6, 120], [7, 126]])('share a batch out to %i domains', (domains, batchSize) => {
    const fitted = fitToData(ofDomains('own-images'), populations(domains));
    expect(sizes(fitted)).toEqual([0, batchSize, 2]);
    expect(fitted.notices).toEqual(batchSize === 128
      ? []
      : [`--batch-size ${batchSize} instead of the recipe's 128: equal parts of ${domains} domains in 2 shards`]);
  });

  it('grow where there are more domains than a batch has places', () => {
    expect(sizes(fitToData(ofDomains('own-table'), populations(300)))).toEqual([0, 600, 1]);
  });

  it('hold out what the data hold out', () => {
    const own = { ...plain(250), heldOutCount: 24 };
    expect(sizes(fitToData(given('forget'), own))).toEqual([24, 16, 4]);
    expect(fitToData(given('article'), own).notices).toEqual([
      "--held-out 24 instead of the recipe's 0: the data hold out 24 training examples",
      "--batch-size 16 instead of the recipe's 256: 226 training examples to train on",
    ]);
    const asked = fitToData(given('forget', { data: { heldOut: 30 } }), own);
    expect(sizes(asked)).toEqual([24, 16, 4]);
    expect(asked.notices[0]).toBe('--held-out 24 instead of 30: the data hold out 24 training examples');
  });

  it('leave half of a short run to the whole weight of hiding, unless its ramp was asked for', () => {
    const columns = { data: { folder: '/rows', keep: ['income'], forget: ['sex'] }, epochs: 20 };
    const rampOf = (trainCount: number, values: Tree = {}): unknown => {
      const { config: { objective }, notices } = fitToData(given('keep-and-forget', { ...columns, ...values }), plain(trainCount));
      return [objective.kind === 'forgetting' && objective.betaRampRounds, notices.filter((notice) => notice.includes('ramp'))];
    };
    expect(rampOf(30_000)).toEqual([500, []]);
    expect(rampOf(600)).toEqual([156, ["--beta-ramp-rounds 156 instead of the recipe's 500: the run has 312 rounds"]]);
    expect(rampOf(30_000, { epochs: null, rounds: 9 })).toEqual([
      4, ["--beta-ramp-rounds 4 instead of the recipe's 500: the run has 9 rounds"],
    ]);
    expect(rampOf(600, { objective: { betaRampRounds: 500 } })).toEqual([500, []]);
  });

  it('make room for those that were given', () => {
    expect(sizes(fitToData(given('forget', { data: { heldOut: 30 } }), plain(250)))).toEqual([30, 16, 4]);
    expect(sizes(fitToData(given('forget', { batchSize: 220 }), plain(250)))).toEqual([30, 220, 4]);
    expect(sizes(fitToData(given('forget', { batchSize: 64 }), plain(250)))).toEqual([40, 64, 4]);
    const fewer = fitToData(ofDomains('own-images', { batchSize: 12 }), populations(4));
    expect(sizes(fewer)).toEqual([0, 12, 1]);
    expect(fewer.notices).toEqual(["--shards 1 instead of the recipe's 2: a batch of 12 from 4 domains"]);
  });

  it('leave every shard of a single population enough, where it is learnt from alone as well', () => {
    expect(sizes(fitToData(ofDomains('own-images'), populations(64)))).toEqual([0, 128, 2]);
    expect(sizes(fitToData(ofDomains('own-images'), populations(64), { leastOfEach: 2 }))).toEqual([0, 256, 2]);
  });
});

describe('settings that were given', () => {
  it('are all named at once with their flags, and with numbers that would do', () => {
    expect(() => fitToData(given('forget', { data: { heldOut: 300 }, batchSize: 256 }), plain(250))).toThrow([
      '2 problems:',
      '  --held-out: expected fewer than the 250 training examples with a label, such as 40, found 300',
      '  --batch-size: expected at most the 210 examples that are trained on, such as 16, found 256',
    ].join('\n'));
  });

  it('are named with numbers that do', () => {
    expect(sizes(fitToData(given('forget', { data: { heldOut: 40 }, batchSize: 16 }), plain(250)))).toEqual([40, 16, 4]);
  });

  it.each([
    [ofDomains('own-images', { batchSize: 14, shards: 2 }), populations(3), { leastOfEach: 1 },
      '--batch-size: expected a multiple of 6 (2 shards times 3 domains), such as 12, found 14'],
    [ofDomains('own-images', { batchSize: 6, shards: 2 }), populations(3), { leastOfEach: 2 },
      '--batch-size: expected a multiple of 6 from 12 on (2 examples for each of 2 shards times 3 domains), such as 12, found 6'],
    [given('article', { shards: 8 }), plain(9), { leastOfEach: 1 },
      '--shards: expected at most 4, as a batch has 2 examples for each and 9 are trained on, found 8'],
  ])('are refused where they cannot do (%#)', (compiled, counts, needs, message) => {
    expect(() => fitToData(compiled, counts, needs)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }));
  });

  it('are named by the file that gave them', () => {
    const file: ConfigLayer = { source: 'file', values: { data: { heldOut: 300 } }, label: (path) => `${path} in small.json` };
    expect(() => fitToData(mergeConfig(machine, [file]), plain(250))).toThrow(/^data\.heldOut in small\.json: expected fewer than the 250/);
  });
});

describe('the check of a run that was begun', () => {
  it('wants equal parts of every population that has examples, in every shard', () => {
    const { config } = mergeConfig(machine, []);
    const domains = [
      { trainCount: 6000, labelledCount: 6000 }, { trainCount: 10, labelledCount: 0 }, { trainCount: 0, labelledCount: 0 },
      { trainCount: 9, labelledCount: 0 },
    ];
    expect(
      () => { checkConfigAgainstData(config, { trainCount: 6019, heldOutCount: null, domains }); },
    ).toThrow('batchSize: expected a multiple of 12 (4 shards times 3 domains), such as 252, found 256');
    const fitting = { ...config, batchSize: 24 };
    expect(() => { checkConfigAgainstData(fitting, { trainCount: 6019, heldOutCount: null, domains }); }).not.toThrow();
  });
});

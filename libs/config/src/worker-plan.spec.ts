import { describe, expect, it } from 'vitest';
import { checkConfigAgainstData } from './data-checks.js';
import { mergeConfig } from './merge-config.js';
import { defaultWorkers, interOpThreads, processProblems } from './worker-plan.js';

describe('defaultWorkers and interOpThreads', () => {
  it.each([
    [1, 0, 1, 1], [2, 0, 1, 2], [3, 0, 1, 3], [4, 0, 2, 2], [9, 0, 4, 2], [16, 1, 1, 16], [4, 8, 8, 1], [1, 8, 4, 1],
  ])('%i cores and %i GPUs: %i workers of %i operations', (cores, gpus, workers, threads) => {
    expect(defaultWorkers({ cores, gpus, engine: 'native' })).toBe(workers);
    expect(interOpThreads(cores, workers)).toBe(threads);
  });

  it('gives a coordinator without workers of its own no division by zero', () => {
    expect(interOpThreads(4, 0)).toBe(4);
  });
});

describe('processes for each core of a machine', () => {
  const label = (path: string): string => path;
  const counts = { workers: 8, servers: 8, oversubscribe: false };

  it('are at most four of a role, unless more are wanted', () => {
    expect(processProblems(counts, 2, label)).toEqual([]);
    expect(processProblems({ ...counts, workers: 9 }, 2, label)).toEqual([{ where: 'cluster.workers', expected: 'at most 8 workers here, 4 for each of 2 cores (--oversubscribe allows more)', found: '9' }]);
    expect(processProblems(counts, 1, label).map(({ where }) => where)).toEqual(['cluster.workers', 'cluster.servers']);
    expect(processProblems({ workers: 1000, servers: 1000, oversubscribe: true }, 1, label)).toEqual([]);
  });

  it('are looked at in a new run, and named as they were given', () => {
    const flags = (values: Record<string, unknown>) => ({ source: 'flags' as const, values, label: () => '--workers' });
    const machine = { cores: 2, gpus: 0, engine: 'native' } as const;
    expect(() => mergeConfig(machine, [flags({ cluster: { workers: 1000 } })])).toThrow('--workers: expected at most 8 workers here, 4 for each of 2 cores (--oversubscribe allows more), found 1000');
    expect(mergeConfig(machine, [flags({ cluster: { workers: 1000, oversubscribe: true } })]).config.cluster.workers).toBe(1000);
  });
});

describe('checkConfigAgainstData', () => {
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);

  it.each([
    [60_000, ''],
    [5256, ''],
    [5255, 'batchSize: expected at most the 255 images that are trained on, found 256'],
    [5000, 'data.heldOut: expected fewer than the 5000 training images, found 5000'],
  ])('%i training images', (count, message) => {
    const check = () => { checkConfigAgainstData(config, { trainCount: count, domains: [{ trainCount: count, labelledCount: count }] }); };
    if (message === '') expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it('wants equal parts of every population in every shard', () => {
    const domains = [{ trainCount: 6000, labelledCount: 6000 }, { trainCount: 10, labelledCount: 0 }, { trainCount: 0, labelledCount: 0 }, { trainCount: 9, labelledCount: 0 }];
    expect(() => { checkConfigAgainstData(config, { trainCount: 6019, domains }); }).toThrow('batchSize: expected a multiple of 4 shards times 3 domains, found 256');
    expect(() => { checkConfigAgainstData({ ...config, batchSize: 24 }, { trainCount: 6019, domains }); }).not.toThrow();
  });
});

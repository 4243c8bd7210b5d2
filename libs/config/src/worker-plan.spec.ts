import { describe, expect, it } from 'vitest';
import { mergeConfig } from './merge-config.js';
import { defaultWorkers, interOpThreads, measuringWorkers, processProblems } from './worker-plan.js';

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

describe('workers that measure', () => {
  it.each([
    { cores: 1, gpus: 0, workers: 1, threads: 1, measuring: 1 },
    { cores: 2, gpus: 0, workers: 1, threads: 1, measuring: 2 },
    { cores: 2, gpus: 0, workers: 1, threads: 2, measuring: 1 },
    { cores: 2, gpus: 0, workers: 0, threads: 1, measuring: 2 },
    { cores: 64, gpus: 0, workers: 1, threads: 1, measuring: 4 },
    { cores: 64, gpus: 0, workers: 32, threads: 1, measuring: 32 },
    { cores: 16, gpus: 2, workers: 2, threads: 1, measuring: 2 },
    { cores: 16, gpus: 1, workers: 0, threads: 1, measuring: 1 },
  ])('are so many: %j', ({ measuring, workers, threads, ...machine }) => {
    expect(measuringWorkers(machine, { workers, threads })).toBe(measuring);
  });
});

describe('processes for each core of a machine', () => {
  const label = (path: string): string => path;
  const counts = { workers: 8, servers: 8, oversubscribe: false };

  it('are at most four of a role, unless more are wanted', () => {
    expect(processProblems(counts, 2, label)).toEqual([]);
    expect(processProblems({ ...counts, workers: 9 }, 2, label)).toEqual([
      { where: 'cluster.workers', expected: 'at most 8 workers here, 4 for each of 2 cores (--oversubscribe allows more)', found: '9' },
    ]);
    expect(processProblems(counts, 1, label).map(({ where }) => where)).toEqual(['cluster.workers', 'cluster.servers']);
    expect(processProblems({ workers: 1000, servers: 1000, oversubscribe: true }, 1, label)).toEqual([]);
  });

  it('are looked at in a new run, and named as they were given', () => {
    const flags = (values: Record<string, unknown>) => ({ source: 'flags' as const, values, label: () => '--workers' });
    const machine = { cores: 2, gpus: 0, engine: 'native' } as const;
    expect(() => mergeConfig(machine, [flags({ cluster: { workers: 1000 } })])).toThrow(
      '--workers: expected at most 8 workers here, 4 for each of 2 cores (--oversubscribe allows more), found 1000',
    );
    expect(mergeConfig(machine, [flags({ cluster: { workers: 1000, oversubscribe: true } })]).config.cluster.workers).toBe(1000);
  });
});

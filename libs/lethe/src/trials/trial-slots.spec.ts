import { mergeConfig, type RunConfig } from '@lethe/config';
import type { Gpu } from '@lethe/tensorflow';
import { describe, expect, it } from 'vitest';
import { checkSlots, shareMachine, slotGpus, type MachineShare, type TrialDevices } from './trial-slots.js';

const gpus = (count: number): Gpu[] =>
  Array.from({ length: count }, (_, index) => ({ id: `GPU-${index}`, index, card: `GPU-${index}`, model: 'NVIDIA A' }));
const trial: TrialDevices = { engine: 'native', workers: 1, shareGpus: false };
const idsOf = (slots: readonly (readonly Gpu[])[]): string[][] => slots.map((slot) => slot.map(({ id }) => id));

describe('the GPUs of slots', () => {
  it('are disjoint, and together all of them', () => {
    for (const [count, slots] of [[1, 1], [2, 2], [5, 2], [4, 3], [8, 8]] as const) {
      const found = idsOf(slotGpus(gpus(count), slots, [trial]));
      expect([...found.flat()].sort()).toEqual(gpus(count).map(({ id }) => id));
      expect(found.every((slot) => slot.length > 0)).toBe(true);
    }
    expect(idsOf(slotGpus(gpus(4), 2, [{ ...trial, workers: 2 }]))).toEqual([['GPU-0', 'GPU-2'], ['GPU-1', 'GPU-3']]);
  });

  it('are refused where there are too few, before any trial starts', () => {
    expect(() => slotGpus(gpus(2), 3, [trial])).toThrow(
      expect.objectContaining({
        code: 'DEVICE_PLAN_INVALID',
        message:
          "--trials-at-once: expected at most 2 on 2 GPUs, as each of a trial's workers (1) takes one, " +
          "found 3; --share-gpus lets them share",
      }) as Error,
    );
    expect(() => slotGpus(gpus(5), 2, [trial, { ...trial, workers: 3 }])).toThrow('expected at most 1 on 5 GPUs');
  });

  it('are shared in turn by trials that may', () => {
    expect(idsOf(slotGpus(gpus(2), 3, [{ ...trial, workers: 2, shareGpus: true }]))).toEqual([['GPU-0'], ['GPU-1'], ['GPU-0']]);
  });

  it('are nobody\'s where there are none, or where nothing computes on them', () => {
    expect(slotGpus([], 2, [{ ...trial, workers: 3 }])).toEqual([[], []]);
    expect(() => slotGpus(gpus(1), 4, [{ ...trial, engine: 'wasm', workers: 2 }])).not.toThrow();
  });
});

const processes = (workers: number, servers = 1, oversubscribe = false) => ({ workers, servers, oversubscribe });
const trials = [processes(1), processes(4), processes(2), processes(3)];

describe('trials at once', () => {
  it('have together no more workers than the machine has cores for: those that have most count', () => {
    expect(() => {
      checkSlots(trials, 2, 2);
    }).not.toThrow();
    expect(() => {
      checkSlots(trials, 3, 2);
    }).toThrow(
      '--trials-at-once: expected at most 8 workers here, 4 for each of 2 cores (--oversubscribe allows more), found 9 in 3 trials at once',
    );
    expect(() => {
      checkSlots(trials, 100, 3);
    }).not.toThrow();
    expect(() => {
      checkSlots(
        trials.map(({ workers }) => processes(workers, 1, true)),
        100,
        1,
      );
    }).not.toThrow();
  });

  it('have together no more servers than that', () => {
    expect(() => { checkSlots([processes(1, 4), processes(1, 5)], 2, 2); }).toThrow('found 9 in 2 trials at once');
  });
});

function config(cluster: object, shards = 8): RunConfig {
  return mergeConfig({ cores: 16, gpus: 0, engine: 'native' }, [{ source: 'flags', values: { cluster, shards }, label: (path) => path }])
    .config;
}

describe('runs from several seeds', () => {
  it('share the machine: side by side with fewer workers each, or as many as fit with those that were asked for', () => {
    const numbers = ({ atOnce, workers }: MachineShare): number[] => [atOnce, workers];
    const machine = { cores: 16, gpus: 0, engine: 'native' } as const;
    const share = (found: RunConfig, runs: number, saysWorkers: boolean): number[] =>
      numbers(shareMachine(found, machine, { runs, saysWorkers }));
    expect(share(config({}), 3, false)).toEqual([3, 2]);
    expect(share(config({}), 20, false)).toEqual([8, 1]);
    expect(share(config({}, 2), 2, false)).toEqual([2, 2]);
    expect(share(config({ workers: 3 }), 5, true)).toEqual([2, 3]);
    expect(share(config({ workers: 40 }), 5, true)).toEqual([1, 40]);
    expect(numbers(shareMachine(config({}), { ...machine, cores: 2 }, { runs: 3, saysWorkers: false }))).toEqual([1, 1]);
    expect(numbers(shareMachine(config({ engine: 'native' }), { ...machine, gpus: 4 }, { runs: 3, saysWorkers: false }))).toEqual([3, 1]);
  });
});

import type { Gpu } from '@lethe/tensorflow';
import { describe, expect, it } from 'vitest';
import { slotGpus, type TrialDevices } from './trial-slots.js';

const gpus = (count: number): Gpu[] => Array.from({ length: count }, (_, index) => ({ id: `GPU-${index}`, index, card: `GPU-${index}`, model: 'NVIDIA A' }));
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
    expect(() => slotGpus(gpus(2), 3, [trial])).toThrow(expect.objectContaining({
      code: 'DEVICE_PLAN_INVALID',
      message: "--trials-at-once: expected at most 2 on 2 GPUs, as each of a trial's workers (1) takes one, found 3; --share-gpus lets them share",
    }) as Error);
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

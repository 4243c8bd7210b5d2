import type { Gpu } from '@lethe/tensorflow';
import { describe, expect, it } from 'vitest';
import { describeGpus, describePlacement, placeWorkers } from './examine-machine.js';

const gpuOf = (model: string, index: number): Gpu => ({ id: `GPU-${index}`, index, card: `GPU-${index}`, model });

describe('the placement of workers, in words', () => {
  const place = (models: readonly string[], workers: number, allowSharing = false): string =>
    describePlacement(placeWorkers({ gpus: models.map(gpuOf), workers, allowSharing }));

  it('is one worker on each GPU', () => {
    expect(place(['Card A', 'Card B'], 2)).toBe('worker-1 on gpu 0, worker-2 on gpu 1');
  });

  it('is several on a GPU only when asked; else why not', () => {
    expect(place(['Card A'], 2, true)).toBe('worker-1 on gpu 0, worker-2 on gpu 0');
    expect(place(['Card A'], 2)).toContain('2 workers do not fit on 1 GPU (Card A)');
  });

  it('is the CPU where there is no GPU', () => {
    expect(place([], 2)).toBe('worker-1 on the cpu, worker-2 on the cpu');
  });
});

describe('the GPUs of a machine, in words', () => {
  it('say which are used', () => {
    expect(describeGpus({ gpus: [], whyNoGpus: null })).toBe('none found');
    expect(describeGpus({ gpus: ['Card A', 'Card B'].map(gpuOf), whyNoGpus: null })).toBe('gpu 0: Card A, gpu 1: Card B');
    expect(describeGpus({ gpus: [], whyNoGpus: 'Card A: not used' })).toBe('Card A: not used');
  });
});

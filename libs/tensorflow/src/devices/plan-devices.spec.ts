import { describe, expect, it } from 'vitest';

import { describeDevice, planDevices, type Gpu } from './plan-devices.js';

describe('planDevices', () => {
  const gpu = (letter: string, index: number): Gpu => ({ id: `GPU-${letter}`, index, card: `GPU-${letter}`, model: `NVIDIA ${letter}` });
  const [a, b] = [gpu('A', 0), gpu('B', 1)];
  const gpus = [a, b];

  it('gives each worker a GPU of its own', () => {
    expect(planDevices({ gpus, workers: 2, allowSharing: false })).toEqual([a, b]);
    expect(planDevices({ gpus, workers: 1, allowSharing: false })).toEqual([a]);
  });

  it('refuses more workers than GPUs, naming both', () => {
    const plan = () => planDevices({ gpus, workers: 3, allowSharing: false });
    expect(plan).toThrow(expect.objectContaining({ code: 'DEVICE_PLAN_INVALID' }) as Error);
    expect(plan).toThrow('3 workers do not fit on 2 GPUs (NVIDIA A, NVIDIA B)');
  });

  it('shares GPUs in turn when it may', () => {
    expect(planDevices({ gpus, workers: 5, allowSharing: true })).toEqual([a, b, a, b, a]);
  });

  it('puts every worker on the CPU without GPUs', () => {
    expect(planDevices({ gpus: [], workers: 3, allowSharing: false })).toEqual([null, null, null]);
  });

  it.each([-1, 1.5, Number.NaN])('refuses %s workers', (workers) => {
    expect(() => planDevices({ gpus, workers, allowSharing: true })).toThrow('whole number');
  });

  it('names devices by the number of the card, and parts by their id', () => {
    expect([null, b, { ...b, id: 'MIG-1' }].map(describeDevice)).toEqual(['the cpu', 'gpu 1', 'gpu 1 (MIG-1)']);
  });
});

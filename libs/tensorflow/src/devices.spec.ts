import { describe, expect, it } from 'vitest';

import { listGpus, parseGpuList, planDevices } from './devices.js';

describe('planDevices', () => {
  const gpus = ['NVIDIA A', 'NVIDIA B'];

  it('gives each worker a GPU of its own', () => {
    expect(planDevices({ gpus, workers: 2, allowSharing: false })).toEqual([0, 1]);
    expect(planDevices({ gpus, workers: 1, allowSharing: false })).toEqual([0]);
  });

  it('refuses more workers than GPUs, naming both', () => {
    const plan = () => planDevices({ gpus, workers: 3, allowSharing: false });
    expect(plan).toThrow(expect.objectContaining({ code: 'DEVICE_PLAN_INVALID' }) as Error);
    expect(plan).toThrow('3 workers do not fit on 2 GPUs (NVIDIA A, NVIDIA B)');
  });

  it('shares GPUs in turn when it may', () => {
    expect(planDevices({ gpus, workers: 5, allowSharing: true })).toEqual([0, 1, 0, 1, 0]);
  });

  it('puts every worker on the CPU without GPUs', () => {
    expect(planDevices({ gpus: [], workers: 3, allowSharing: false })).toEqual([null, null, null]);
  });

  it.each([-1, 1.5, Number.NaN])('refuses %s workers', (workers) => {
    expect(() => planDevices({ gpus, workers, allowSharing: true })).toThrow('whole number');
  });
});

describe('listGpus', () => {
  it('reads what nvidia-smi prints', () => {
    const output = 'GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-1)\n  MIG 1g.10gb Device 0: (UUID: MIG-1)\nGPU 1: Tesla T4 (UUID: GPU-2)\n';
    expect(parseGpuList(output)).toEqual(['NVIDIA H100 80GB HBM3', 'Tesla T4']);
  });

  it('finds a list on any machine', async () => {
    expect(await listGpus()).toBeInstanceOf(Array);
  });
});

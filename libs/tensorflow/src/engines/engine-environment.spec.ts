import { describe, expect, it } from 'vitest';

import { engineEnvironment } from './engine-environment.js';

describe('engineEnvironment', () => {
  it('hides every GPU from a worker on the CPU', () => {
    expect(engineEnvironment({ threads: 2, interOpThreads: 1, gpu: null })).toMatchObject({
      TF_NUM_INTRAOP_THREADS: '2',
      TF_NUM_INTEROP_THREADS: '1',
      CUDA_VISIBLE_DEVICES: '-1',
    });
  });

  it('shows a worker its GPU alone', () => {
    expect(engineEnvironment({ threads: 1, interOpThreads: 2, gpu: { id: 'GPU-3' } })).toMatchObject({
      CUDA_VISIBLE_DEVICES: 'GPU-3',
      TF_DETERMINISTIC_OPS: '1',
      NVIDIA_TF32_OVERRIDE: '0',
    });
  });
});

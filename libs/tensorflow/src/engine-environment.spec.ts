import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { engineEnvironment } from './engine-environment.js';
import { engineFingerprint } from './engine-fingerprint.js';

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

describe('engineFingerprint', () => {
  const engine = { name: 'native', version: '2.21.0', device: 'cpu' } as const;

  it('is the same in another process on this machine', () => {
    const script = `import { engineFingerprint } from '${import.meta.dirname}/engine-fingerprint.ts';
      console.log(engineFingerprint(${JSON.stringify(engine)}, 1));`;
    const nodeArguments = ['--import', 'tsx', '--conditions=@lethe/source', '--input-type=module', '-e', script];
    expect(execFileSync(process.execPath, nodeArguments, { encoding: 'utf8' }).trim()).toBe(engineFingerprint(engine, 1));
  });

  it('differs by threads, engine, version and GPU', () => {
    const prints = [
      engineFingerprint(engine, 1),
      engineFingerprint(engine, 2),
      engineFingerprint({ ...engine, name: 'wasm' }, 1),
      engineFingerprint({ ...engine, version: '2.22.0' }, 1),
      engineFingerprint({ ...engine, device: 'gpu' }, 1, 'NVIDIA A'),
      engineFingerprint({ ...engine, device: 'gpu' }, 1, 'NVIDIA B'),
    ];
    expect(new Set(prints).size).toBe(prints.length);
  });
});

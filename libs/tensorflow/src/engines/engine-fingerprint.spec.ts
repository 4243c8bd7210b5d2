import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DIVIDED_AND_WHOLE, standInNvidiaSmi, type ListedCard } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { engineFingerprint } from './engine-fingerprint.js';
import { gpuIdentity } from '../devices/gpu-identity.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-fingerprint-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

/** The identity of the GPU on a machine with these cards. */
function identity(cards: readonly ListedCard[], visible: string): Promise<string> {
  const path = standInNvidiaSmi(mkdtempSync(join(folder, 'machine-')), cards, process.env['PATH'] ?? '');
  return gpuIdentity({ PATH: path, CUDA_VISIBLE_DEVICES: visible });
}

describe('the fingerprint of an engine', () => {
  const engine = { name: 'native', version: '2.21.0', build: 'cpu/1', device: 'cpu' } as const;
  const options = { threads: 1, gpu: null, environment: {} };

  it('is the same in another process on this machine', () => {
    const script = `import { engineFingerprint } from '${import.meta.dirname}/engine-fingerprint.ts';
      console.log(engineFingerprint(${JSON.stringify(engine)}, ${JSON.stringify(options)}));`;
    const nodeArguments = ['--import', 'tsx', '--input-type=module', '-e', script];
    expect(execFileSync(process.execPath, nodeArguments, { encoding: 'utf8' }).trim()).toBe(engineFingerprint(engine, options));
  });

  it('differs by whatever can change a bit', () => {
    const onGpu = { ...engine, device: 'gpu' } as const;
    const prints = [
      engineFingerprint(engine, options),
      engineFingerprint(engine, { ...options, threads: 2 }),
      engineFingerprint({ ...engine, name: 'wasm' }, options),
      engineFingerprint({ ...engine, version: '2.22.0' }, options),
      engineFingerprint({ ...engine, build: 'cpu/2' }, options),
      engineFingerprint(engine, { ...options, environment: { TF_ENABLE_ONEDNN_OPTS: '0' } }),
      engineFingerprint(engine, { ...options, environment: { ONEDNN_MAX_CPU_ISA: 'AVX2' } }),
      engineFingerprint(onGpu, { ...options, gpu: 'NVIDIA-A/8.0/550' }),
      engineFingerprint(onGpu, { ...options, gpu: 'NVIDIA-B/8.0/550' }),
    ];
    expect(new Set(prints).size).toBe(prints.length);
    expect(engineFingerprint(engine, { ...options, environment: { PATH: '/bin', TF_CPP_MIN_LOG_LEVEL: '3' } })).toBe(prints[0]);
  });

  it('names its engine first, and Node last', () => {
    const first = `native 2\\.21\\.0 build=cpu/1 libc=\\S+ ${process.arch} cpu threads=1`;
    const last = `processor=[0-9a-f]{12} node=${process.versions.node}`;
    expect(engineFingerprint(engine, options)).toMatch(new RegExp(`^${first} ${last}$`));
    expect(engineFingerprint({ ...engine, name: 'wasm', build: null }, options)).not.toContain('libc');
  });
});

describe('the identity of a GPU', () => {
  it('is its model, compute capability and driver, without spaces', async () => {
    const [, whole] = DIVIDED_AND_WHOLE;
    expect(await identity(DIVIDED_AND_WHOLE, whole?.uuid ?? '')).toBe('NVIDIA-A100-SXM4-40GB/8.0/550.54.15');
    expect(await identity(DIVIDED_AND_WHOLE, 'MIG-cba663e8')).toBe('NVIDIA-A100-SXM4-40GB-MIG-1g.5gb/8.0/550.54.15');
  });

  it.each<[string, Partial<ListedCard>]>([
    ['model', { model: 'NVIDIA L4' }],
    ['compute capability', { computeCapability: '8.9' }],
    ['driver', { driver: '570.10' }],
  ])('differs by %s', async (_what, change) => {
    const card = { model: 'NVIDIA H100', uuid: 'GPU-1' };
    expect(await identity([card], 'GPU-1')).not.toBe(await identity([{ ...card, ...change }], 'GPU-1'));
  });

  it('is unknown without the driver\'s tool', async () => {
    expect(await gpuIdentity({ PATH: join(folder, 'empty') })).toBe('unknown');
  });
});

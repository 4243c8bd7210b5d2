import { describe, expect, it } from 'vitest';

import { buildName, chooseBuild, isCudaBuild, type Host } from './wheels.js';

const host: Host = { platform: 'linux', architecture: 'x64', glibc: () => '2.36', nvidiaDriver: false, refused: false };

describe('chooseBuild', () => {
  it('takes the small build without an NVIDIA driver', () => {
    const { name, wheels } = chooseBuild(host);
    expect(name).toContain('tensorflow-2.21.0-cpu-linux-x64');
    expect(wheels.map(({ requirement }) => requirement)).toEqual(['tensorflow-cpu==2.21.0']);
  });

  it('takes the CUDA build and its libraries with one', () => {
    const { name, wheels } = chooseBuild({ ...host, nvidiaDriver: true });
    expect(name).toContain('cuda');
    expect(wheels.map(({ requirement }) => requirement)).toContain('tensorflow==2.21.0');
    expect(wheels.filter(({ requirement }) => requirement.startsWith('nvidia-'))).toHaveLength(12);
  });

  it('names the builds that can use a GPU', () => {
    const usesGpu = (difference: Partial<Host>): boolean => isCudaBuild(chooseBuild({ ...host, ...difference }).name);
    expect(usesGpu({})).toBe(false);
    expect(usesGpu({ nvidiaDriver: true })).toBe(true);
    // TensorFlow has no build with CUDA for it.
    expect(usesGpu({ nvidiaDriver: true, architecture: 'arm64' })).toBe(false);
  });

  it('pins every wheel by a hash of its own', () => {
    const { wheels } = chooseBuild({ ...host, nvidiaDriver: true });
    for (const { sha256 } of wheels) expect(sha256).toMatch(/^[\da-f]{64}$/);
    expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
  });

  it('names at once, without asking for the C library, what it would choose; null where there is no build', () => {
    for (const difference of [{}, { nvidiaDriver: true }, { architecture: 'arm64' }]) {
      const unasked = { ...host, ...difference, glibc: () => { throw new Error('asked'); } };
      expect(buildName(unasked)).toBe(chooseBuild({ ...host, ...difference }).name);
    }
    for (const difference of [{ platform: 'darwin' }, { platform: 'win32' }, { architecture: 'arm' }, { refused: true }]) {
      expect(buildName({ ...host, ...difference })).toBeNull();
    }
  });

  it('knows 64-bit ARM', () => {
    expect(chooseBuild({ ...host, architecture: 'arm64' }).pipPlatforms).toEqual(['manylinux_2_27_aarch64']);
  });

  it.each<[string, Partial<Host>]>([
    ['macOS', { platform: 'darwin', glibc: () => undefined }],
    ['Windows', { platform: 'win32', glibc: () => undefined }],
    ['musl', { glibc: () => undefined }],
    ['an old glibc', { glibc: () => '2.17' }],
    ['32-bit ARM', { architecture: 'arm' }],
  ])('refuses %s and says what to do instead', (_, difference) => {
    const choose = () => chooseBuild({ ...host, ...difference });
    expect(choose).toThrow(expect.objectContaining({ code: 'ENGINE_UNSUPPORTED_PLATFORM' }) as Error);
    expect(choose).toThrow('wasm engine');
  });

  it('has none for who wants none', () => {
    expect(() => chooseBuild({ ...host, refused: true })).toThrow('LETHE_TENSORFLOW is none');
  });
});

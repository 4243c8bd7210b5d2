import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageManifest } from './package-manifest.js';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'lethe-manifest-'));
  write('.', { engines: { node: '>=20.19' } });
  write('apps/coordinator', { name: '@lethe/coordinator', dependencies: { '@lethe/lethe': '1.2.3', commander: '1.0.0' } });
  write('apps/worker', { name: '@lethe/worker-program' });
  write('apps/parameter-server', { name: '@lethe/parameter-server' });
  write('libs/lethe', { name: '@lethe/lethe', version: '1.2.3', license: 'X', dependencies: { '@lethe/deep': '1.2.3' } });
  const dependencies = { zod: '4.0.0', '@tensorflow/tfjs-node-gpu': '4.22.0' };
  write('libs/deep', { name: '@lethe/deep', dependencies, devDependencies: { a: '1.0.0' } });
  write('libs/testing', { name: '@lethe/testing', dependencies: { tests: '1.0.0' } });
});
afterEach(() => { rmSync(workspace, { recursive: true }); });

function write(folder: string, manifest: object): void {
  mkdirSync(join(workspace, folder), { recursive: true });
  writeFileSync(join(workspace, folder, 'package.json'), JSON.stringify(manifest));
}

describe('the manifest of the package', () => {
  it('has what the shipped packages need, and neither what tests need nor what is packed', () => {
    expect(packageManifest(workspace)).toMatchObject({
      name: '@lethe/lethe', version: '1.2.3', license: 'X', bin: { lethe: 'bin/lethe.mjs' },
    });
    expect(packageManifest(workspace).dependencies).toEqual({ commander: '1.0.0', zod: '4.0.0' });
  });

  it('refuses what is no exact version, and two of them', () => {
    write('apps/worker', { name: '@lethe/worker-program', dependencies: { zod: '^4.0.0' } });
    expect(() => packageManifest(workspace)).toThrow('@lethe/worker-program: expected an exact version of zod, found ^4.0.0');
    write('apps/worker', { name: '@lethe/worker-program', dependencies: { zod: '4.0.1' } });
    expect(() => packageManifest(workspace)).toThrow(/expected zod 4\.0\.[01], as another package has, found 4\.0\.[01]/);
  });

  it('of this workspace can be made', () => {
    const { dependencies } = packageManifest(resolve(import.meta.dirname, '../../..'));
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['node-api-headers', 'sharp', 'zeromq']));
    expect(Object.keys(dependencies).filter((name) => name.startsWith('@tensorflow/'))).toEqual([]);
  });
});

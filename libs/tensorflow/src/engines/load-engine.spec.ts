import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const LIBRARY = join(import.meta.dirname, '../..');
/** A checkout whose set-up has not been run: the sources, and the package without its addon. */
let checkout: string;

function folderOf(packageName: string): string {
  return dirname(require.resolve(`${packageName}/package.json`));
}

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'lethe-checkout-'));
  cpSync(join(LIBRARY, 'src'), join(checkout, 'src'), { recursive: true });
  copyFileSync(join(LIBRARY, 'package.json'), join(checkout, 'package.json'));
  const modules = join(checkout, 'node_modules');
  mkdirSync(join(modules, '@tensorflow/tfjs-node-gpu'), { recursive: true });
  mkdirSync(join(modules, '@lethe'));
  copyFileSync(join(folderOf('@tensorflow/tfjs-node-gpu'), 'package.json'), join(modules, '@tensorflow/tfjs-node-gpu/package.json'));
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']) symlinkSync(folderOf(name), join(modules, name));
  symlinkSync(join(LIBRARY, '../errors'), join(modules, '@lethe/errors'));
  // A copy: it looks for the addon of the checkout that it lies in.
  const setup = join(LIBRARY, '../tensorflow-setup');
  for (const name of ['src', 'package.json']) cpSync(join(setup, name), join(checkout, 'setup', name), { recursive: true });
  symlinkSync(join(checkout, 'setup'), join(modules, '@lethe/tensorflow-setup'));
});

afterAll(() => rmSync(checkout, { recursive: true }));

function runInCheckout(script: string): string {
  const file = join(checkout, 'src/script.ts');
  writeFileSync(file, `import { loadEngine } from './index.js';\n${script}`);
  const nodeArguments = ['--import', require.resolve('tsx'), file];
  return execFileSync(process.execPath, nodeArguments, { encoding: 'utf8', cwd: checkout }).trim();
}

describe('loadEngine in a checkout that was not set up', () => {
  it('fails with the command to run', () => {
    const output = runInCheckout(`await loadEngine({ prefer: 'native' }).catch((error) => console.log(error.code, error.message));`);
    expect(output).toMatch(/^ENGINE_MISSING .*npx nx run tensorflow-setup:setup/);
  });

  it('loads wasm when it may, and says why', () => {
    const output = runInCheckout(`
      const engine = await loadEngine({ prefer: 'native', allowFallback: true, warn: (message) => console.log(message) });
      const { operations: o } = engine;
      const step = await engine.compile('double', ({ x }) => ({ y: o.scale(x, 2) }), { x: { shape: [1], type: 'float32' } });
      const { y } = step.run({ x: Float32Array.of(4) });
      console.log([engine.name, engine.graphs, y.join()].join(' '));`);
    expect(output).toMatch(/^Computing with the slower wasm engine.*\nwasm false 8$/);
  });
});

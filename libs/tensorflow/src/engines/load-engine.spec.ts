import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
/** A cache that nothing has been set up in. */
const cache = mkdtempSync(join(tmpdir(), 'lethe-empty-cache-'));
afterAll(() => rmSync(cache, { recursive: true }));

/** In a process of its own, as what this one has loaded stays loaded. */
function runWithEmptyCache(script: string): string {
  const imports = `import { loadEngine } from ${JSON.stringify(join(import.meta.dirname, '../index.ts'))};\n`;
  const nodeArguments = ['--import', require.resolve('tsx'), '--input-type=module', '-e', imports + script];
  return execFileSync(process.execPath, nodeArguments, { encoding: 'utf8', env: { ...process.env, LETHE_CACHE: cache } }).trim();
}

describe('loadEngine where TensorFlow was not set up', () => {
  it('fails with the command to run', () => {
    const output = runWithEmptyCache(`await loadEngine({ prefer: 'native' }).catch((error) => console.log(error.code, error.message));`);
    expect(output).toMatch(/^ENGINE_MISSING .*npx lethe doctor/);
  });

  it('loads wasm when it may, and says why', () => {
    const output = runWithEmptyCache(`
      const engine = await loadEngine({ prefer: 'native', allowFallback: true, warn: (message) => console.log(message) });
      const { operations: o } = engine;
      const step = await engine.compile('double', ({ x }) => ({ y: o.scale(x, 2) }), { x: { shape: [1], type: 'float32' } });
      const { y } = step.run({ x: Float32Array.of(4) });
      console.log([engine.name, engine.graphs, y.join()].join(' '));`);
    expect(output).toMatch(/^Computing with the slower wasm engine.*\nwasm false 8$/);
  });
});

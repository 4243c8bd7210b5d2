import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import * as face from './game.js';

/** What games and readers import is small: it becomes a part of the code of every run that has some. */
const LARGEST_BYTES = 150_000;

describe('what a game or a reader imports', () => {
  it('needs neither Node nor an addon nor TensorFlow, and nothing but zod besides', async () => {
    const { metafile: { outputs } } = await build({
      entryPoints: [join(import.meta.dirname, 'game.ts')],
      bundle: true, write: false, metafile: true, format: 'esm', logLevel: 'silent', tsconfigRaw: {},
      platform: 'node',
      external: ['zod', 'sharp', 'zeromq', '@tensorflow/*'], // those that are left in the bundle would be seen below
    });
    const [bundle] = Object.values(outputs);
    expect(new Set(bundle?.imports.map(({ path }) => path))).toEqual(new Set(['zod']));
    expect(bundle?.bytes).toBeLessThan(LARGEST_BYTES);
    expect(bundle?.exports.sort()).toEqual(Object.keys(face).sort());
  });
});

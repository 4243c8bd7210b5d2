import { errorMessage } from '@lethe/errors';
import { loadEngine } from '@lethe/tensorflow';

/** Loads the engine that is named, runs one small step, and prints what it found as JSON: for `lethe doctor`. */
async function main(): Promise<void> {
  const engine = await loadEngine({ prefer: process.argv[2] === 'wasm' ? 'wasm' : 'native' });
  const { operations, name, version, device } = engine;
  const inputs = { a: { type: 'float32', shape: [1, 2] }, b: { type: 'float32', shape: [2, 1] } } as const;
  const step = await engine.compile('doctor', ({ a, b }) => ({ product: operations.matMul(a, b) }), inputs);
  const { product } = step.run({ a: Float32Array.of(2, 3), b: Float32Array.of(5, 7) });
  step.dispose();
  process.stdout.write(JSON.stringify({ name, version, device, stepRuns: product[0] === 31 }));
}

main().catch((error: unknown) => {
  process.stderr.write(errorMessage(error));
  process.exitCode = 1;
});

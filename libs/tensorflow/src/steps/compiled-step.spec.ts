import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import type { Engine } from '../engines/engine.js';
import { leakGuard } from '../../testing/leak-guard.js';
import { loadEngine } from '../engines/load-engine.js';

const vector = { x: { shape: [3], type: 'float32' } } as const;
const x = Float32Array.from([1, 2, 3]);
let native: Engine;
let wasm: Engine;

beforeAll(async () => {
  native = await loadEngine({ prefer: 'native' });
  wasm = await loadEngine({ prefer: 'wasm' });
}, 60_000);

function wasmMemory(): ArrayBuffer {
  type WasmMemory = new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: { readonly Memory: WasmMemory } };
  return new WebAssembly.Memory({ initial: 1 }).buffer;
}

/** Compiles a step that breaks a rule of tracing, and returns what it is refused with. */
function refusal(step: (input: Tensor) => Tensor): Promise<unknown> {
  return native.compile('broken', (inputs) => ({ y: step(inputs.x) }), vector).catch((error: unknown) => error);
}

describe('an engine', () => {
  it('names the build that computes, where the version does not say all', () => {
    expect(native.build).toMatch(/^tensorflow-[\w.]+-(cpu|cuda)-linux-\w+-binding-[\w.-]+\/[0-9a-f]{12}$/);
    expect(wasm.build).toBe(null);
  });
});

describe('compile', () => {
  it('returns every output by name, as float32', async () => {
    const { operations: o } = native;
    const step = await native.compile('several', ({ x: input }) => ({ double: o.scale(input, 2), sum: o.sum(input) }), vector);
    expect(step.run({ x })).toEqual({ double: Float32Array.from([2, 4, 6]), sum: Float32Array.from([6]) });
    expect(step.outputShapes).toEqual({ double: [3], sum: [] });
  });

  it('runs on other values than it was traced with, and lets the caller reuse the inputs', async () => {
    const step = await native.compile('square', ({ x: input }) => ({ y: native.operations.square(input) }), vector);
    const values = Float32Array.from([1, 2, 3]);
    const first = step.run({ x: values });
    values.fill(5);
    expect(step.run({ x: values }).y).toEqual(Float32Array.from([25, 25, 25]));
    expect(first.y).toEqual(Float32Array.from([1, 4, 9]));
  });

  it.each(['native', 'wasm'] as const)('holds a vector whose source is written again on %s', async (name) => {
    const engine = name === 'native' ? native : wasm;
    const step = await engine.compile('held', ({ v }) => ({ y: v }), { v: { shape: [1024], type: 'float32' } });
    // A page of WebAssembly is aligned better than anything else that JavaScript hands out: TensorFlow would not copy it.
    const source = new Float32Array(wasmMemory(), 0, 1024).fill(1);
    const held = engine.hold(source);
    const other = engine.hold(source.fill(2));
    expect([step.run({ v: held }).y[0], step.run({ v: other }).y[1023]]).toEqual([1, 2]);
    held.dispose();
    other.dispose();
  });

  it.each(['native', 'wasm'] as const)('holds any part of a vector for it, which is written again, on %s', async (name) => {
    const engine = name === 'native' ? native : wasm;
    const step = await engine.compile('part', ({ v }) => ({ y: v }), { v: { shape: [64], type: 'float32' } });
    const source = engine.vector(128);
    for (let from = 0; from < 64; from += 1) {
      source.fill(from);
      const held = engine.hold(source.subarray(from, from + 64));
      source.fill(-1);
      expect(new Set(step.run({ v: held }).y)).toEqual(new Set([from]));
      held.dispose();
    }
    step.dispose();
  });

  it('computes on its own engine, whichever was used before', async () => {
    const cpu = await loadEngine({ prefer: 'cpu' });
    const used: string[] = [];
    const double = (engine: Engine) => engine.compile('double', ({ x: input }) => {
      used.push(engine.tf.getBackend());
      return { y: engine.operations.scale(input, 2) };
    }, vector);
    const held = wasm.hold(x);
    const [onWasm, onCpu] = [await double(wasm), await double(cpu)];
    await double(native);
    for (const step of [onWasm, onCpu]) expect(step.run({ x }).y).toEqual(Float32Array.from([2, 4, 6]));
    expect(onWasm.run({ x: held }).y).toEqual(Float32Array.from([2, 4, 6]));
    await double(native);
    expect(used).toEqual(['tensorflow', 'wasm', 'cpu', 'wasm', 'tensorflow']);
    held.dispose();
  });

  it('returns an input that passes through as a copy', async () => {
    const step = await native.compile('identity', ({ x: input }) => ({ y: input }), vector);
    const values = Float32Array.from([1, 2, 3]);
    const { y } = step.run({ x: values });
    values.fill(0);
    expect(y).toEqual(Float32Array.from([1, 2, 3]));
  });

  it.each(['native', 'wasm'] as const)('takes bytes and integers on %s', async (name) => {
    const engine = name === 'native' ? native : wasm;
    const { operations: o } = engine;
    const signature = { image: { shape: [2], type: 'uint8' }, label: { shape: [2], type: 'int32' } } as const;
    const step = await engine.compile('types', ({ image, label }) => ({ y: o.scale(image, 0.5), rows: o.oneHot(label, 3) }), signature);
    const { y, rows } = step.run({ image: Uint8Array.from([255, 1]), label: Int32Array.from([2, 0]) });
    expect(y).toEqual(Float32Array.from([127.5, 0.5]));
    expect(rows).toEqual(Float32Array.from([0, 0, 1, 1, 0, 0]));
  });

  it.each([
    ['too few values', { x: new Float32Array(2) }, 'input x must be float32 [3] (3 values), got Float32Array of 2 values'],
    ['another type', { x: new Int32Array(3) }, 'got Int32Array of 3 values'],
    ['nothing', {}, 'got nothing'],
    ['an input too many', { x, z: x }, 'there is no input z'],
  ])('refuses %s', async (_, inputs, message) => {
    const step = await native.compile('strict', ({ x: input }) => ({ y: input }), vector);
    const run = () => step.run(inputs);
    expect(run).toThrow(expect.objectContaining({ code: 'GRAPH_INPUT_MISMATCH' }) as Error);
    expect(run).toThrow(message);
  });

  it('leaves no tensor and no folder behind, whether it succeeds or fails', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'lethe-compile-'));
    vi.stubEnv('TMPDIR', temporary); // other tests and programs make folders in the shared one
    await leakGuard(native, async () => {
      const step = await native.compile('tidy', ({ x: input }) => ({ y: native.operations.exp(input) }), vector);
      for (let run = 0; run < 3; run++) step.run({ x });
      expect(() => step.run({ x: new Float32Array(1) })).toThrow();
      step.dispose();
      await refusal((input) => native.tf.add(input, input.dataSync()[0] as number));
    });
    vi.unstubAllEnvs();
    expect(readdirSync(temporary)).toEqual([]);
    rmSync(temporary, { recursive: true });
  });
});

describe('tracing refuses', () => {
  it('values that are read back', async () => {
    const error = await refusal((input) => native.tf.mul(native.tf.square(input), native.tf.sum(input).dataSync()[0] as number));
    expect(error).toMatchObject({ code: 'TRACE_VALUE_READ' });
  });

  it.each([
    ['already in TensorFlow', true],
    ['not yet used', false],
  ])('tensors from outside that are %s', async (_, used) => {
    const outside = native.tf.tensor1d([1, 2, 3]);
    if (used) native.tf.square(outside).dispose();
    expect(await refusal((input) => native.tf.add(input, outside))).toMatchObject({ code: 'TRACE_FOREIGN_TENSOR' });
    outside.dispose();
  });

  it('an output that is made outside', async () => {
    const outside = native.tf.tensor1d([1, 2, 3]);
    expect(await refusal(() => outside)).toMatchObject({ code: 'TRACE_FOREIGN_TENSOR' });
    outside.dispose();
  });

  it.each<[string, (input: Tensor) => Tensor]>([
    ['Math.random', (input) => native.operations.scale(input, Math.random())],
    ['tf.randomUniform', (input) => native.tf.add(input, native.tf.randomUniform([3]))],
    ['tf.randomUniform with a seed', (input) => native.tf.add(input, native.tf.randomUniform([3], 0, 1, 'float32', 7))],
    ['tf.randomNormal with a seed', (input) => native.tf.add(input, native.tf.randomNormal([3], 0, 1, 'float32', 7))],
    ['tf.dropout with a seed', (input) => native.tf.dropout(input, 0.5, undefined, 7)],
  ])('%s', async (_, step) => {
    expect(await refusal(step)).toMatchObject({ code: 'TRACE_RANDOMNESS' });
  });

  it('nothing once it is over', async () => {
    await refusal((input) => native.operations.scale(input, Math.random()));
    expect(Math.random()).toBeLessThan(1);
    expect(native.tf.tidy(() => native.tf.sum(native.tf.randomUniform([3])).dataSync().length)).toBe(1);
  });
});

describe('leakGuard', () => {
  it('fails on a tensor that was left behind', async () => {
    const left: Tensor[] = [];
    const run = leakGuard(native, () => left.push(native.tf.square(native.tf.scalar(2))));
    await expect(run).rejects.toThrow('tensor leak');
    native.tf.dispose(left);
  });
});

describe('operations.gradients', () => {
  it('returns zeros for a tensor that the loss does not depend on', async () => {
    const { operations: o } = native;
    const signature = { ...vector, unused: { shape: [2], type: 'float32' } } as const;
    const step = await native.compile('unused', ({ x: input, unused }) => {
      const { gradients: [byX, byUnused] } = o.gradients((tensors) => ({ loss: o.sum(o.square(tensors[0] as Tensor)) }), [input, unused]);
      return { byX: byX as Tensor, byUnused: byUnused as Tensor };
    }, signature);
    expect(step.run({ x, unused: new Float32Array(2) })).toEqual({
      byX: Float32Array.from([2, 4, 6]),
      byUnused: new Float32Array(2),
    });
  });
});

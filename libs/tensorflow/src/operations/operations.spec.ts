import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

import type { InputSpecification, InputValues } from '../steps/compiled-step.js';
import { EagerStep } from '../steps/eager-step.js';
import type { Engine } from '../engines/engine.js';
import { leakGuard } from '../../testing/leak-guard.js';
import { activateBackend } from '../engines/active-backend.js';
import { loadEngine } from '../engines/load-engine.js';
import { type OperationCase, operationCases } from '../../testing/operation-cases.js';
import type { Operations } from './operations.js';

type Values = Readonly<Record<string, Float32Array>>;
const names = ['a', 'b', 'c'];
const seed = Int32Array.from([12, -34]);

/** The output, and the gradient of its weighted sum by every input. */
function caseStep({ apply, shapes }: OperationCase, o: Operations) {
  return (inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> => {
    const arguments_ = shapes.map((_, index) => inputs[names[index] as string] as Tensor);
    const { loss, gradients, auxiliary } = o.gradients((tensors) => {
      const output = apply(o, tensors as unknown as [Tensor, Tensor, Tensor], inputs['seed'] as Tensor);
      const weights = o.constant([...numbers(output.size, 5)], output.shape);
      return { loss: o.sum(o.mul(output, weights)), auxiliary: { output } };
    }, arguments_);
    const named = gradients.map((gradient, index) => [`gradient of ${names[index]}`, gradient] as const);
    return { loss, ...auxiliary, ...Object.fromEntries(named) };
  };
}

/** Fixed numbers between -1 and 1, all different, none close to 0. */
function numbers(size: number, start: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => {
    const fraction = ((index + start) * 0.6180339887) % 1;
    return (fraction < 0.5 ? -1 : 1) * (0.05 + 0.95 * ((fraction * 7.31) % 1));
  });
}

function caseInputs({ shapes }: OperationCase): Record<string, InputValues> {
  const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
  const arrays = shapes.map((shape, index) => [names[index] as string, numbers(size(shape), 11 * index)]);
  return { ...Object.fromEntries(arrays), seed } as Record<string, InputValues>;
}

function caseSignature({ shapes }: OperationCase): Record<string, InputSpecification> {
  const floats = shapes.map((shape, index) => [names[index] as string, { shape, type: 'float32' }]);
  return { ...Object.fromEntries(floats), seed: { shape: [2], type: 'int32' } } as Record<string, InputSpecification>;
}

async function runEager(engine: Engine, operationCase: OperationCase, inputs = caseInputs(operationCase)): Promise<Values> {
  const { tf, name } = engine;
  const activate = (): void => { activateBackend(tf, name === 'native' ? 'tensorflow' : name); };
  const signature = caseSignature(operationCase);
  const step = new EagerStep({ tf, activate, name: operationCase.name, step: caseStep(operationCase, engine.operations), signature });
  return leakGuard(engine, () => step.run(inputs));
}

async function runCompiled(engine: Engine, operationCase: OperationCase): Promise<Values> {
  return leakGuard(engine, async () => {
    const step = await engine.compile(operationCase.name, caseStep(operationCase, engine.operations), caseSignature(operationCase));
    const values = step.run(caseInputs(operationCase));
    step.dispose();
    return values;
  });
}

function expectClose(actual: Values, expected: Values, tolerance: number): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const found = actual[name] as Float32Array;
    expect(found.length, name).toBe(values.length);
    const scale = Math.max(1, ...values.map(Math.abs));
    values.forEach((value, index) => {
      const difference = Math.abs((found[index] as number) - value);
      expect(difference, `${name}[${index}]: ${found[index]} instead of ${value}`).toBeLessThanOrEqual(tolerance * scale);
    });
  }
}

let native: Engine;
let wasm: Engine;
let cpu: Engine;

beforeAll(async () => {
  native = await loadEngine({ prefer: 'native' });
  wasm = await loadEngine({ prefer: 'wasm' });
  cpu = await loadEngine({ prefer: 'cpu' });
}, 60_000);

describe.each(operationCases)('$name', (operationCase) => {
  it('is the same in a graph as operation by operation', async () => {
    const expected = await runEager(native, operationCase);
    const actual = await runCompiled(native, operationCase);
    if (operationCase.rewritten) expectClose(actual, expected, 3e-7);
    else expect(actual).toEqual(expected);
  });

  it('is the same on TensorFlow, WebAssembly and JavaScript', async () => {
    const expected = await runEager(cpu, operationCase);
    expectClose(await runEager(native, operationCase), expected, 2e-5);
    expectClose(await runEager(wasm, operationCase), expected, 2e-5);
  });

  it.skipIf(operationCase.differentiable === false)('has the gradient that finite differences have', async () => {
    const inputs = caseInputs(operationCase);
    const values = await runEager(native, operationCase);
    for (const [argument] of operationCase.shapes.entries()) {
      const name = names[argument] as string;
      const gradient = values[`gradient of ${name}`] as Float32Array;
      const input = inputs[name] as Float32Array;
      for (const index of [0, Math.floor(input.length / 2), input.length - 1]) {
        const lossAt = async (change: number): Promise<number> => {
          const changed = Float32Array.from(input);
          changed[index] = (changed[index] as number) + change;
          return ((await runEager(native, operationCase, { ...inputs, [name]: changed }))['loss'] as Float32Array)[0] as number;
        };
        const step = 4e-3;
        const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
        expect(Math.abs(slope - (gradient[index] as number)), `${name}[${index}]`).toBeLessThan(5e-3 * Math.max(1, Math.abs(slope)));
      }
    }
  });
});

describe('what the cases cannot say', () => {
  it('draws normal numbers of mean 0 and deviation 1, others for another salt', async () => {
    const one = (o: Operations, x: Tensor) => o.add(o.square(x), o.sub(o.constant([1], []), o.square(x)));
    const draw = async (salt: number): Promise<Float32Array> => {
      const apply: OperationCase['apply'] = (o, [x], drawn) => o.mul(o.normal([20_000], drawn, salt), one(o, x));
      return (await runEager(native, { name: 'draw', shapes: [[1]], apply }))['output'] as Float32Array;
    };
    const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
    expect(again).toEqual(first);
    const mean = (of: (index: number) => number): number => first.reduce((sum, _, index) => sum + of(index) / first.length, 0);
    expect(Math.abs(mean((index) => first[index] ?? 0))).toBeLessThan(0.03);
    expect(Math.abs(mean((index) => (first[index] ?? 0) ** 2) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean((index) => (first[index] ?? 0) ** 4) - 3)).toBeLessThan(0.3);
    expect(Math.abs(mean((index) => (first[index] ?? 0) * (other[index] ?? 0)))).toBeLessThan(0.03);
  });

  it('reverses a gradient', async () => {
    const square: OperationCase = { name: 'square', shapes: [[2]], apply: (o, [x]) => o.square(x) };
    const plain = await runEager(native, square);
    const reversed = await runEager(native, { ...square, apply: (o, [x]) => o.reverseGradient(o.square(x), o.constant([0.25], [])) });
    expect(reversed['output']).toEqual(plain['output']);
    expect(reversed['gradient of a']).toEqual(plain['gradient of a']?.map((value) => -0.25 * value));
  });
});

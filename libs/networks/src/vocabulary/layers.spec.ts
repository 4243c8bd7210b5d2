import { readFileSync } from 'node:fs';
import { loadEngine } from '@lethe/tensorflow';
import { describe, expect, it } from 'vitest';
import { expectGolden, type GoldenCase } from '../../testing/golden-networks.js';
import { LAYER_CASES } from '../../testing/layer-cases.js';
import { groupLayout } from '../group-layout.js';
import { initialValues } from '../initial-values.js';
import { attention } from './attention.js';
import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import { embedding } from './embedding.js';
import { groupNorm } from './group-norm.js';
import { layerNorm } from './layer-norm.js';
import type { ExampleShape, Layer } from './layer.js';
import { linear } from './linear.js';
import { sequential } from './sequential.js';
import { transposedConvolution } from './transposed-convolution.js';

const golden = JSON.parse(readFileSync(new URL('../../golden/layers.json', import.meta.url), 'utf8')) as {
  readonly cases: Readonly<Record<string, GoldenCase>>;
  readonly deviations: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

it('is described, every layer', () => {
  const text = readFileSync(new URL('../../../../docs/layers.md', import.meta.url), 'utf8');
  const kinds = new Set(Object.values(LAYER_CASES).map(({ layer }) => layer.kind));
  expect([...kinds].filter((kind) => !text.includes(`\`${kind}(`))).toEqual([]);
});

it('has all cases of PyTorch', () => { expect(Object.keys(LAYER_CASES)).toEqual(Object.keys(golden.cases)); });

describe.each(['native', 'wasm'] as const)('on %s', (prefer) => {
  it.each(Object.keys(LAYER_CASES))('%s gives what PyTorch gives, with its gradients and those of finite differences', async (name) => {
    const engine = await loadEngine({ prefer });
    const { input, layer, readsIndices } = LAYER_CASES[name]!;
    const network = { name: 'net', ...sequential(input, [layer]) };
    await expectGolden(engine, { network, input, readsIndices: readsIndices === true }, golden.cases[name]!);
  });
});

describe('starting values', () => {
  it.each<[string, ExampleShape, Layer]>([
    ['linear', [200], linear(100)],
    ['convolution', [8, 8, 20], convolution(60, { size: [3, 5] })],
    ['transposedConvolution', [8, 8, 20], transposedConvolution(60, { size: [3, 5] })],
    ['embedding', [100], embedding(100)],
    ['attention', [4, 80], attention({ heads: 4 })],
    ['batchNorm', [10], batchNorm()],
    ['layerNorm', [10], layerNorm()],
    ['groupNorm', [10], groupNorm({ groups: 2 })],
  ])('of %s are spread as PyTorch spreads them', (kind, input, layer) => {
    const network = { name: 'net', ...sequential(input, [layer]) };
    const layout = groupLayout('g', [network], 8);
    const values = initialValues(layout, [network], 5);
    const found = Object.fromEntries(layout.segments.map(({ name, offset, length }) => {
      const square = values.subarray(offset, offset + length).reduce((sum, value) => sum + value * value / length, 0);
      return [name.replace(`net.${kind}1.`, ''), Math.sqrt(square)];
    }));
    const expected = golden.deviations[kind]!;
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    // Biases have few numbers, and both sides draw.
    for (const [name, deviation] of Object.entries(expected)) {
      expect(Math.abs(found[name]! - deviation), name).toBeLessThan(0.2 * deviation + 1e-9);
    }
  });
});

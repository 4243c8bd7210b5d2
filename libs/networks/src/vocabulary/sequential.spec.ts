import { LetheError } from '@lethe/errors';
import { loadEngine, type Engine } from '@lethe/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluationNetworks } from '../bound-networks.js';
import { relu, tanh } from './activations.js';
import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import { defineNetwork } from './define-network.js';
import { dropout } from './dropout.js';
import type { ExampleShape, Layer } from './layer.js';
import { linear } from './linear.js';
import { globalAveragePool, maxPool } from './pooling.js';
import { flatten, reshape } from './reshape.js';
import { residual } from './residual.js';
import { sequential } from './sequential.js';
import { transposedConvolution } from './transposed-convolution.js';

let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'cpu' }); });

describe('a sequential network', () => {
  it('knows the shapes and the tensors of its layers', () => {
    const { outputShape, tensors, normalisations, layers } = sequential([8, 6, 3], [
      convolution(4), batchNorm(), relu(), maxPool(2), residual([convolution(4), relu(), convolution(4)]), flatten(), linear(5),
    ]);
    expect(outputShape).toEqual([5]);
    expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ['convolution1.weight', [3, 3, 3, 4]], ['convolution1.bias', [4]], ['batchNorm1.weight', [4]], ['batchNorm1.bias', [4]],
      ['residual1.convolution1.weight', [3, 3, 4, 4]], ['residual1.convolution1.bias', [4]],
      ['residual1.convolution2.weight', [3, 3, 4, 4]], ['residual1.convolution2.bias', [4]],
      ['linear1.weight', [48, 5]], ['linear1.bias', [5]],
    ]);
    expect(normalisations).toEqual([{ name: 'batchNorm1', channels: 4, samplesPerExample: 48 }]);
    expect(layers.map(({ name, inputShape, outputShape: output, parameters }) => (
      `${name}: ${inputShape.join()} -> ${output.join()}, ${parameters}`
    ))).toEqual([
      'convolution1: 8,6,3 -> 8,6,4, 112', 'batchNorm1: 8,6,4 -> 8,6,4, 8', 'relu1: 8,6,4 -> 8,6,4, 0', 'maxPool1: 8,6,4 -> 4,3,4, 0',
      'residual1: 4,3,4 -> 4,3,4, 296', 'residual1.convolution1: 4,3,4 -> 4,3,4, 148', 'residual1.relu1: 4,3,4 -> 4,3,4, 0',
      'residual1.convolution2: 4,3,4 -> 4,3,4, 148', 'flatten1: 4,3,4 -> 48, 0', 'linear1: 48 -> 5, 245',
    ]);
  });

  it.each<[string, ExampleShape, Layer, ExampleShape]>([
    ['a convolution over a signal', [9, 2], convolution(4, { size: 5, stride: 2 }), [5, 4]],
    ['a convolution over an image of width 1', [9, 1, 2], convolution(4, { size: 5, padding: 'valid' }), [5, 1, 4]],
    ['a convolution with a window that is not square', [9, 7, 2], convolution(4, { size: [3, 2], padding: 'valid' }), [7, 6, 4]],
    ['a transposed convolution', [3, 4, 2], transposedConvolution(5), [6, 8, 5]],
    ['a transposed convolution over a signal', [5, 2], transposedConvolution(4, { size: 4, stride: 3, padding: 'valid' }), [16, 4]],
    ['a pooling over a signal', [9, 2], maxPool(3, { stride: 2 }), [4, 2]],
    ['the mean of a signal', [9, 2], globalAveragePool(), [2]],
    ['another shape', [12], reshape([2, 3, 2]), [2, 3, 2]],
    ['a block with a shortcut', [4, 4, 2],
      residual([convolution(6, { stride: 2 })], { shortcut: [convolution(6, { size: 1, stride: 2 })] }), [2, 2, 6]],
  ])('has %s', async (_what, inputShape, layer, outputShape) => {
    const network = { name: 'net', ...sequential(inputShape, [layer, tanh()]) };
    expect(network.outputShape).toEqual(outputShape);
    const { operations } = engine;
    const parameters = new Map(network.tensors.map(({ name, shape }) => (
      [`net.${name}`, operations.constant(new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0.1), shape)]
    )));
    const bound = evaluationNetworks({ operations, networks: [network], parameters, statistics: new Map() });
    const input = operations.constant(new Array<number>(2 * inputShape.reduce((a, b) => a * b, 1)).fill(1), [2, ...inputShape]);
    expect(bound.apply('net', input).shape).toEqual([2, ...outputShape]);
    expect(() => bound.apply('net', operations.reshape(input, [1, -1]))).toThrow(
      /^The network net expects an input of \[examples, .*\], found \[1, \d+\]\./,
    );
  });

  it.each<[string, RegExp, () => unknown]>([
    ['a linear layer of images', /^The layer linear1 expects examples of \[numbers\], found \[8, 8, 3\]\. Put flatten\(\)/,
      () => sequential([8, 8, 3], [linear(4)])],
    ['a convolution of rows', /^The layer convolution1 expects images .* or signals .*, found \[64\]/,
      () => sequential([64], [convolution(4)])],
    ['a window that is larger than the image', /^The layer maxPool2 expects an image of at least 3 x 3 pixels.*, found \[2, 2, 1\]/,
      () => sequential([6, 6, 1], [maxPool(3), maxPool(3)])],
    ['other numbers in a shape', /^The layer reshape1 expects 6 numbers for \[2, 3\], found \[8\]\. Its input has 8/,
      () => sequential([8], [reshape([2, 3])])],
    ['what is added to another shape', /^The layer residual1 expects layers that give \[8\], as what they are added to, found \[4\]/,
      () => sequential([8], [residual([linear(4)])])],
    ['a layer within another', /^The layer residual1\.linear2 expects/,
      () => sequential([8], [residual([linear(8), reshape([2, 4]), linear(8)])])],
    ['a layer that was not called', /^Layer 2: expected a layer, found the function relu: call it, as in relu\(\)/,
      () => sequential([8], [linear(4), relu as unknown as Layer])],
    ['half an output', /^The layer linear1: expected a whole number of at least 1 as outputs, found 0\.5/,
      () => sequential([8], [linear(0.5)])],
    ['a rate', /^dropout expects a rate from 0 to below 1, found 1\./, () => dropout(1)],
    ['an input without sizes', /^sequential expects the sizes of one example .*, found \[\]/, () => sequential([], [])],
  ])('refuses %s', (_what, message, make) => {
    expect(make).toThrow(message);
    expect(make).toThrow(LetheError);
  });
});

describe('a network of one\'s own', () => {
  const initial = { kind: 'uniform', bound: 0.5 } as const;

  it('has the scales and shifts of its normalisations', () => {
    const { tensors, dropoutStream } = defineNetwork({
      tensors: [{ name: 'gate.weight', shape: [2, 3], initial }],
      normalisations: [{ name: 'norm', channels: 3, samplesPerExample: 1 }],
      forward: (context, x) => context.batchNorm('norm', context.operations.matMul(x, context.parameter('gate.weight'))),
    });
    expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([['gate.weight', [2, 3]], ['norm.weight', [3]], ['norm.bias', [3]]]);
    expect(dropoutStream).toBe('step');
  });

  it.each<[string, RegExp, unknown[]]>([
    ['a name that is there twice', /^The tensor a of a network: expected a name of its own/,
      [{ name: 'a', shape: [1], initial }, { name: 'a', shape: [1], initial }]],
    ['a name that is none', /expected a name of letters, digits, - and _, .*, found "a b"/, [{ name: 'a b', shape: [1], initial }]],
    ['no shape', /^The tensor a of a network: expected a shape of whole numbers of at least 1, found \[2, NaN\]/,
      [{ name: 'a', shape: [2, Number.NaN], initial }]],
    ['an identity that is no square', /expected an initial 'identity' where the last two sizes are the same, found \[2, 3\]/,
      [{ name: 'a', shape: [2, 3], initial: { kind: 'identity' } }]],
    ['no start', /expected an initial of the kind 'uniform' .*, found undefined/, [{ name: 'a', shape: [1] }]],
  ])('refuses %s', (_what, message, tensors) => {
    expect(() => defineNetwork({ tensors: tensors as [], forward: (_context, x) => x })).toThrow(message);
  });
});

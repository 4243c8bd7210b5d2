import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from './graph-builder.js';
import { BATCH, nodesOf, type GraphNode } from './graph-node.js';
import { asTensor, nodeOf, recordingOperations } from './recording-operations.js';

let builder: GraphBuilder;
let operations: Operations;
beforeEach(() => {
  builder = new GraphBuilder();
  operations = recordingOperations(builder);
});

function input(...shape: number[]): Tensor {
  return asTensor(builder.node({ kind: 'input', name: 'x', shape: [BATCH, ...shape] }));
}

function constant(...shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return operations.constant(Array.from({ length: count }, (_, index) => index), shape);
}

const kinds = (node: GraphNode): string[] => nodesOf([node]).map(({ operation: { kind } }) => kind);

describe('recorded operations', () => {
  it('have shapes for any number of examples', () => {
    const images = input(8, 6, 3);
    const maps = operations.conv2d(images, constant(3, 3, 3, 5), { stride: 2, padding: 'same' });
    expect(maps.shape).toEqual([BATCH, 4, 3, 5]);
    expect(operations.conv2d(images, constant(3, 3, 3, 5), { stride: 1, padding: 'valid' }).shape).toEqual([BATCH, 6, 4, 5]);
    expect(operations.maxPool(images, 3, 2).shape).toEqual([BATCH, 3, 2, 3]);
    const wide = operations.conv2dTranspose(maps, constant(3, 3, 7, 5), [BATCH, 8, 6, 7], { stride: 2, padding: 'same' });
    expect(wide.shape).toEqual([BATCH, 8, 6, 7]);
    expect(operations.averagePool(images, [3, 2], 2).shape).toEqual([BATCH, 3, 3, 3]);
    expect(operations.pad(images, 1, 2).shape).toEqual([BATCH, 10, 10, 3]);
    expect(operations.matMul(input(5, 4), constant(4, 3)).shape).toEqual([BATCH, 5, 3]);
    expect(operations.matMul(input(2, 5, 4), operations.transpose(input(2, 5, 4), [0, 1, 3, 2])).shape).toEqual([BATCH, 2, 5, 5]);
    expect(operations.mean(images, [1, 2, -1]).shape).toEqual([BATCH]);
    expect(operations.reshape(images, [-1, 144]).shape).toEqual([BATCH, 144]);
    expect(operations.add(operations.sum(images), constant(2)).shape).toEqual([2]);
    expect(operations.oneHot(operations.argMax(input(4)), 4).shape).toEqual([BATCH, 4]);
    expect(operations.reshape(constant(2, 3), [-1]).shape).toEqual([6]);
  });

  it('that are the same are one', () => {
    const x = input(4);
    expect(operations.exp(x)).toBe(operations.exp(x));
    expect(operations.add(operations.exp(x), constant(4))).toBe(operations.add(operations.exp(x), constant(4)));
    expect(operations.leakyRelu(x, 0.1)).not.toBe(operations.leakyRelu(x, 0.2));
  });

  it('take parts as early as can be, and nothing where all is taken', () => {
    const x = input(4);
    const joined = operations.concat([operations.exp(x), operations.tanh(input(3))], 1);
    expect(operations.slice(joined, [0, 0], [-1, 4])).toBe(operations.exp(x));
    expect(kinds(nodeOf(operations.slice(joined, [0, 5], [-1, 2])))).toEqual(['input', 'slice', 'pointwise']);
    expect(operations.slice(x, [0, 0], [-1, -1])).toBe(x);
    expect(operations.slice(operations.slice(x, [0, 1], [-1, 3]), [0, 1], [-1, 1])).toBe(operations.slice(x, [0, 2], [-1, 1]));
    expect(operations.reshape(operations.reshape(x, [-1, 2, 2]), [-1, 4])).toBe(x);
  });

  it.each<[string, RegExp, () => unknown]>([
    ['dropout', /found dropout/, () => operations.dropout(input(4), 0.5, constant(2), 1)],
    ['noise', /found normal/, () => operations.normal([1], constant(2), 1)],
    ['statistics of the batch', /found batchNormTrain/, () => operations.batchNormTrain(input(4), constant(4), constant(4), 1)],
    ['gradients', /found gradients/, () => operations.gradients(() => ({ loss: constant(1) }), [])],
    ['parameters that are computed', /unpack of anything but parameters/, () => operations.unpack(constant(4), [[4]])],
    ['matrices that do not fit', /\[-1,4\] and \[5,6\]/, () => operations.matMul(input(4), constant(5, 6))],
    ['batches of matrices that do not fit', /\[-1,3,4\] and \[-1,2,4\]/, () => operations.matMul(input(3, 4), input(2, 4))],
    ['examples that change their place', /stay in their place/, () => operations.transpose(input(3, 4), [1, 0, 2])],
    ['shapes that do not fit', /\[-1,4\] and \[3\] have no common shape/, () => operations.add(input(4), constant(3))],
    ['examples that are joined', /along dimension 0/, () => operations.concat([input(4), input(4)], 0)],
    ['examples that are mixed', /cannot become \[-1,2\]/, () => operations.reshape(input(4), [-1, 2])],
    ['a part of the examples', /is no part of/, () => operations.slice(input(4), [0, 0], [3, 4])],
    ['a number of examples', /depends on the number of examples/, () => input(4).size],
    ['a tensor of an engine', /found another tensor/, () => operations.exp(JSON.parse('{}') as Tensor)],
  ])('refuse %s', (_what, message, record) => {
    expect(record).toThrow(TypeError);
    expect(record).toThrow(message);
  });
});

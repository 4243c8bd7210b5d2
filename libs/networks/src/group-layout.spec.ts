import { describe, expect, it } from 'vitest';
import { articleDecoder } from './decoder.js';
import { articleEncoder } from './encoder.js';
import { groupLayout } from './group-layout.js';
import { initialStatistics, initialValues } from './initial-values.js';
import { perceptron } from './perceptron.js';

const shape = { height: 28, width: 28, channels: 1, latentSize: 10, codeSize: 10, activated: true, classes: 10, dropoutRate: 0.2 };
const autoencoder = [articleEncoder(shape), articleDecoder(shape)];
const layout = groupLayout('autoencoder', autoencoder, 256);

/** Comparing long vectors element by element takes a test library seconds. */
function bytes(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

describe('the layout of a group', () => {
  it('lays the tensors one after another without gaps', () => {
    let offset = 0;
    for (const segment of layout.segments) {
      expect(segment.offset).toBe(offset);
      expect(segment.shape.reduce((product, size) => product * size, 1)).toBe(segment.length);
      offset += segment.length;
    }
    expect(layout.length).toBe(offset);
  });

  it('has as many parameters as the article\'s networks in PyTorch', () => {
    expect(layout.length).toBe(814_378 + 820_881);
    expect(groupLayout('classifier', [perceptron({ name: 'classifier', inputs: 10, hidden: [40, 40], classes: 10 })], 256).length).toBe(
      2_490,
    );
  });

  it('counts the values behind every running variance', () => {
    expect(layout.statistics.map(({ name, samples }) => [name, samples])).toEqual([
      ['encoder.norm1', 256 * 784],
      ['encoder.norm2', 256 * 196],
      ['encoder.norm3', 256],
      ['decoder.norm1', 256],
      ['decoder.norm2', 256 * 225],
    ]);
    expect([...initialStatistics(layout).subarray(0, 32)]).toEqual([...Array<number>(16).fill(0), ...Array<number>(16).fill(1)]);
  });
});

describe('the initial values', () => {
  const values = initialValues(layout, autoencoder, 1);
  const of = (name: string): Float32Array => {
    const { offset, length } = layout.segments.find((segment) => segment.name === name)!;
    return values.subarray(offset, offset + length);
  };

  it('fill PyTorch\'s uniform distribution', () => {
    const weights = of('encoder.linear1.weight');
    const bound = 1 / Math.sqrt(1568);
    expect(weights.reduce((most, weight) => Math.max(most, weight), 0)).toBeLessThanOrEqual(bound);
    const [sum, squares] = weights.reduce(([total, square], value) => [total + value, square + value * value], [0, 0]);
    expect(Math.abs(sum / weights.length)).toBeLessThan(bound / 200);
    expect(Math.sqrt(squares / weights.length) / (bound / Math.sqrt(3))).toBeCloseTo(1, 2);
    // The second axis of a transposed convolution's weight in PyTorch counts its outputs.
    expect(Math.max(...of('decoder.deconv1.weight'))).toBeCloseTo(1 / Math.sqrt(16 * 9), 3);
    expect(new Set(of('encoder.norm1.weight'))).toEqual(new Set([1]));
    expect(new Set(of('encoder.norm1.bias'))).toEqual(new Set([0]));
  });

  it('depend on the seed and on the tensor only', () => {
    expect(bytes(initialValues(layout, autoencoder, 1)).equals(bytes(values))).toBe(true);
    expect(bytes(initialValues(layout, autoencoder, 2)).equals(bytes(values))).toBe(false);
    const alone = groupLayout('encoder', autoencoder.slice(0, 1), 256);
    expect(bytes(initialValues(alone, autoencoder, 1)).equals(bytes(values.subarray(0, alone.length)))).toBe(true);
  });
});

import { decodeSafetensors, encodeSafetensors } from '@lethe/checkpoint';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, exampleNetworks } from '../../testing/example-networks.js';
import { channelsFirst } from '../graph/channels-first.js';
import { recordFunctions } from '../graph/record-functions.js';
import { modelTensors } from './model-tensors.js';
import { readModelTensors } from './read-model-tensors.js';
import { namedConstants, torchName } from './torch-names.js';

const NAMES = Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[];

describe('weights that were exported', () => {
  it.each(NAMES)('of %s come back with the names, shapes and numbers that the run has them with', (name) => {
    const { description, vectors } = exampleNetworks(name);
    const file = modelTensors(namedConstants(channelsFirst(recordFunctions({ description, vectors, rounds: 0 }))), {});
    const { tensors: read, parts } = readModelTensors(file, 'model.safetensors');
    const segments = description.layouts.flatMap((layout) => layout.segments.map((segment) => ({ layout, ...segment })));
    const whole = segments.filter(({ name: tensor, shape }) => read.get(torchName(tensor))?.shape.join() === shape.join());
    for (const { layout, name: tensor, offset, length } of whole)
      expect(read.get(torchName(tensor))?.values, tensor).toEqual(vectors[`group.${layout.name}`]?.subarray(offset, offset + length));
    // Of a code with variances only the means are exported: that layer has another shape, or a name of its own.
    const names = new Set(whole.map(({ name: tensor }) => torchName(tensor)));
    const others = [...read.keys()].filter((tensor) => !names.has(tensor) && !/\.running_(mean|var)$/.test(tensor));
    expect(parts.map(({ tensor }) => tensor.name)).toEqual(others);
    for (const { tensor, of, from, columns } of parts) {
      const { layout, offset, shape } = segments.find((segment) => torchName(segment.name) === of)!;
      expect(shape.at(-1)).toBe(columns);
      const width = tensor.shape.at(-1)!;
      const expected = tensor.values.map((_, index) => (
        vectors[`group.${layout.name}`]![offset + Math.floor(index / width) * columns + from + (index % width)]!
      ));
      expect(tensor.values, tensor.name).toEqual(expected);
    }
    expect(whole.length).toBeGreaterThan(others.length);
  });

  it('are refused where what is said of their columns is not readable', () => {
    const { header, data } = encodeSafetensors([], { parts: '{"a": 1}' });
    expect(() => readModelTensors(Buffer.concat([header, ...data]), 'x/model.safetensors')).toThrow(
      'x/model.safetensors: expected columns of tensors under parts in its metadata, found {"a": 1}',
    );
  });

  it('are refused where a number was changed', () => {
    const { description, vectors } = exampleNetworks(NAMES[0] as keyof typeof EXAMPLES);
    const constants = namedConstants(channelsFirst(recordFunctions({ description, vectors, rounds: 0 })));
    const { tensors, metadata } = decodeSafetensors(modelTensors(constants, {}), 'model.safetensors');
    const [first, ...others] = [...tensors.values()];
    if (first === undefined) throw new Error('there are no tensors');
    const changed = { ...first, values: first.values.map((value, index) => (index === 0 ? value + 1 : value)) };
    const { header, data } = encodeSafetensors([changed, ...others], metadata);
    expect(() => readModelTensors(Buffer.concat([header, ...data]), 'x/model.safetensors')).toThrow(
      /^x\/model\.safetensors: its content has changed: expected SHA-256 \w{64}, found \w{64}$/,
    );
  });
});

import { LetheError } from '@lethe/errors';
import { AVERAGE } from '@lethe/parameter-store';
import type { GroupLayout, GroupState } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import type { TrainedWeights } from './read-weights.js';
import { startFrom } from './start-from.js';

const LAYOUT: GroupLayout = {
  name: 'autoencoder', length: 9,
  segments: [
    { name: 'encoder.fc.weight', network: 'encoder', shape: [2, 3], offset: 0, length: 6 },
    { name: 'encoder.fc.bias', network: 'encoder', shape: [2], offset: 6, length: 2 },
    { name: 'decoder.scale', network: 'decoder', shape: [1], offset: 8, length: 1 },
  ],
  statistics: [{ name: 'encoder.bn', network: 'encoder', channels: 2, offset: 0, samples: 4, momentum: 0.1 }], statisticsLength: 4,
};
const group = (): GroupState => ({
  group: 'autoencoder', version: 0, values: new Float32Array(9), statistics: Float32Array.of(0, 0, 1, 1), scalars: { 'encoder.step': 0 },
  slots: { mean: new Float32Array(9), [AVERAGE]: new Float32Array(9) },
});

function weights(tensors: Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>): TrainedWeights {
  return {
    source: 'runs/a after round 4', names: Object.keys(tensors), nameThere: (name) => name, parts: [],
    tensor: (name) => {
      const found = tensors[name];
      return found === undefined ? undefined : { name, shape: found[0], values: Float32Array.from(found[1]) };
    },
  };
}

describe('a run that starts from trained weights', () => {
  it('has those of the same name and shape, optimisers at rest, and says what did not match', () => {
    const before = [group()];
    const { groups: [started], lines } = startFrom(before, [LAYOUT], weights({
      'encoder.fc.weight': [[2, 3], [1, 2, 3, 4, 5, 6]], 'encoder.fc.bias': [[3], [7, 8, 9]], 'encoder.bn.running_var': [[2], [5, 6]],
      'judge.weight': [[1], [1]], 'judge.bias': [[1], [1]],
    }));
    expect([...started?.values ?? []]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 0]);
    expect([...started?.statistics ?? []]).toEqual([0, 0, 5, 6]);
    expect(started?.slots).toEqual({ mean: new Float32Array(9), [AVERAGE]: started?.values });
    expect(started).toMatchObject({ version: 0, scalars: { 'encoder.step': 0 } });
    expect(lines).toEqual([
      'starting from runs/a after round 4: 2 of 5 tensors have their weights from there',
      'of another shape there, and left as the seed draws them: encoder.fc.bias ([2], there [3])',
      'not there, and left as the seed draws them: decoder (1 tensor), encoder (1 tensor)',
      'there, and of no use here: judge (2 tensors)',
    ]);
    expect(before).toEqual([group()]);
  });

  it('has the columns that are there, where only some are', () => {
    const part = (name: string, of: string, tensor: readonly [shape: readonly number[], values: readonly number[]], from: number) => ({
      tensor: { name, shape: tensor[0], values: Float32Array.from(tensor[1]) }, of, from, columns: of.endsWith('bias') ? 2 : 3,
    });
    const { groups: [started], lines } = startFrom([group()], [LAYOUT], {
      ...weights({
        'encoder.fc.weight': [[2, 1], [8, 9]], 'encoder.fc_from_2.weight': [[2, 1], [6, 7]], 'encoder.fc.bias': [[3], [1, 2, 3]],
      }),
      parts: [
        part('encoder.fc.weight', 'encoder.fc.weight', [[2, 1], [8, 9]], 0),
        part('encoder.fc_from_2.weight', 'encoder.fc.weight', [[2, 1], [6, 7]], 2),
        { ...part('encoder.fc.bias', 'encoder.fc.bias', [[3], [1, 2, 3]], 0), columns: 6 },
      ],
    });
    expect([...started?.values ?? []]).toEqual([8, 0, 6, 9, 0, 7, 0, 0, 0]);
    expect(lines).toEqual([
      'starting from runs/a after round 4: 0 of 5 tensors have their weights from there',
      'in part there, and otherwise left as the seed draws them: encoder.fc.weight (columns 0 to 0 and 2 to 2 of 3)',
      'of another shape there, and left as the seed draws them: encoder.fc.bias ([2], there [3])',
      'not there, and left as the seed draws them: decoder (1 tensor), encoder (2 tensors)',
    ]);
  });

  it('is refused where nothing matches', () => {
    const start = (): unknown => startFrom([group()], [LAYOUT], weights({ 'encoder.fc.weight': [[3, 2], [0, 0, 0, 0, 0, 0]] }));
    expect(start).toThrow(LetheError);
    expect(start).toThrow(
      '--init-from: runs/a after round 4: expected a tensor of the name and shape of one of this run\'s, such as ' +
      'encoder.fc.weight [2, 3], found none among those of encoder (1 tensor)',
    );
  });
});

import { MISSING, memoryDataset, type Dataset, type DataSource } from '@lethe/data';
import type { ProbeRequest } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { ProbeVectors, type Encode, type ProbeEncoders } from './probe-vectors.js';

const [TRAIN, TEST] = [60, 40];
const shape = { height: 1, width: 1, channels: 3 };

/** Labels follow one another, hospitals (every fifth is not known) in threes; the first input is the label, the second the hospital. */
function dataset(count: number): Dataset {
  const labels = Uint32Array.from({ length: count }, (_, example) => example % 2);
  const hospitals = Uint32Array.from({ length: count }, (_, example) => (example % 5 === 4 ? MISSING : Math.floor(example / 2) % 3));
  const images = Float32Array.from([...hospitals].flatMap((hospital, example) => [
    labels[example] ?? 0, hospital === MISSING ? 9 : hospital, example,
  ]));
  const ages = Float64Array.from(labels, (label, example) => (example === 7 ? Number.NaN : label - 0.5));
  return { ...memoryDataset({ images, shape, labels }), kept: [labels, ages], forgotten: [hospitals] };
}

const data = {
  train: dataset(TRAIN), test: dataset(TEST), heldOut: null,
  facts: {
    shape, classes: ['a', 'b'], trainCount: TRAIN, testCount: TEST, heldOutCount: null, domains: [], fingerprint: '',
    kept: [
      { kind: 'category', name: 'label', categories: ['a', 'b'], counts: [], missing: 0, isLabel: true },
      { kind: 'number', name: 'age', mean: 0, deviation: 1, missing: 1, categories: [], bounds: [], means: [], isLabel: false },
    ],
    forgotten: [{
      name: 'hospital', of: ['hospital'], categories: ['x', 'y', 'z'], counts: [], countsByLabel: [], missing: 12, means: null,
      isLabel: false,
    }],
  },
} as unknown as DataSource;

const REQUEST: ProbeRequest = {
  probe: 'linear', input: 'latent', shuffledLabels: false, seed: 1,
  attribute: '', given: -1, whitened: false, balanced: false, halves: false, erased: '',
};

/** Encoders that count how often they are opened; the sampled one adds its seed to the second number. */
function open(): { vectors: ProbeVectors; encoders: ProbeEncoders; opened: () => number } {
  let opened = 0;
  const encoder = (added: number): Promise<Encode> => {
    opened += 1;
    return Promise.resolve((images) => images.map((value, at) => value + (at % 3 === 1 ? added * (at % 7) : 0)));
  };
  const encoders = { reads: [], latent: () => encoder(0), sampled: encoder };
  return { vectors: new ProbeVectors({ data } as ConstructorParameters<typeof ProbeVectors>[0], 16), encoders, opened: () => opened };
}

describe('the vectors of a probe', () => {
  it('are of all examples, with the label, unless more is asked', async () => {
    const { vectors, encoders } = open();
    const { train, test, classes, number } = await vectors.of(REQUEST, encoders);
    expect([train.labels, test.labels]).toEqual([TRAIN, TEST].map((count) => Int32Array.from({ length: count }, (_, at) => at % 2)));
    expect([train.values.length, test.values.length, train.size, classes, number]).toEqual([3 * TRAIN, 3 * TEST, 3, 2, null]);
  });

  it('leave out examples without the attribute, and those of another class than the given one', async () => {
    const { vectors, encoders } = open();
    const hospitals = await vectors.of({ ...REQUEST, attribute: 'hospital' }, encoders);
    expect([hospitals.train.labels.length, hospitals.test.labels.length, hospitals.classes]).toEqual([48, 32, 3]);
    expect(hospitals.train.values).toHaveLength(48 * 3);
    const ofB = await vectors.of({ ...REQUEST, attribute: 'hospital', given: 1, input: 'pixels' }, encoders);
    expect([ofB.train.labels.length, ofB.test.labels.length]).toEqual([24, 16]);
    // All are of class b: its number differs no more.
    expect(ofB.train.values.filter((_, at) => at % 3 === 0).every((value) => value === 0)).toBe(true);
    await expect(vectors.of({ ...REQUEST, attribute: 'hospital', given: 2 }, encoders)).rejects.toMatchObject({
      code: 'DATA_INVALID', message: 'a probe of hospital: expected training examples with a value of the class "2", found none',
    });
  });

  it('are of either half of the test examples, always the same', async () => {
    const { vectors, encoders } = open();
    const request = { ...REQUEST, halves: true, input: 'pixels' } as const;
    const { train, test } = await vectors.of(request, encoders);
    expect([train.labels.length, test.labels.length]).toEqual([20, 20]);
    // The third input numbers the examples.
    const numbers = [train, test].flatMap(({ values }) => [...values.filter((_, at) => at % 3 === 2)]);
    expect(new Set(numbers).size).toBe(TEST);
    expect(await open().vectors.of(request, encoders)).toEqual({ train, test, classes: 2, number: null });
  });

  it('are the kept attributes alone: one-hot categories, numbers beside whether they are known', async () => {
    const { vectors, encoders } = open();
    const { train } = await vectors.of({ ...REQUEST, input: 'kept', attribute: 'hospital' }, encoders);
    expect(train.size).toBe(4);
    const [first, second] = [train.values.subarray(0, 4), train.values.subarray(4, 8)];
    expect([first[0], first[1]]).toEqual([second[1], second[0]]);
    expect(first[2]).toBeLessThan(second[2] ?? 0);
    const unknown = train.values.filter((_, at) => at % 4 === 3).map((value) => Number(value < 0));
    // Example 7, the seventh of those with a hospital.
    expect([...unknown.entries()].filter(([, isUnknown]) => isUnknown === 1)).toEqual([[6, 1]]);
  });

  it('are raw inputs without what is linear in another attribute than the one that is read', async () => {
    const { vectors, encoders } = open();
    const correlation = async (input: 'pixels' | 'leace', place: number): Promise<number> => {
      const { train } = await vectors.of({ ...REQUEST, input, erased: input === 'leace' ? 'hospital' : '' }, encoders);
      const isZ = (example: number): boolean => data.train.forgotten[0]?.[example] === 2;
      const known = [...train.labels.keys()].filter((example) => data.train.forgotten[0]?.[example] !== MISSING);
      const meanIf = (wanted: boolean): number => {
        const chosen = known.filter((example) => isZ(example) === wanted);
        return chosen.reduce((sum, example) => sum + (train.values[3 * example + place] ?? 0), 0) / chosen.length;
      };
      return Math.abs(meanIf(true) - meanIf(false));
    };
    expect(await correlation('pixels', 2)).toBeGreaterThan(0.01);
    for (const place of [0, 1, 2]) expect(await correlation('leace', place)).toBeLessThan(1e-5);
  });

  it('are encoded once for all probes of the same versions, and prepared once for those that read the same ones', async () => {
    const { vectors, encoders, opened } = open();
    const first = await vectors.of(REQUEST, encoders);
    const again = await vectors.of({ ...REQUEST, probe: 'neighbours', seed: 2, balanced: true, attribute: 'label' }, encoders);
    expect(again.train.values).toBe(first.train.values);
    await vectors.of({ ...REQUEST, whitened: true }, encoders);
    expect(opened()).toBe(1);
    const later = await vectors.of(REQUEST, { ...encoders, reads: [{ group: 'autoencoder', version: 1 }] });
    expect(opened()).toBe(2);
    expect(later.train.values).not.toBe(first.train.values);
  });

  it('are drawn anew for each seed where the noise is read too', async () => {
    const { vectors, encoders, opened } = open();
    const of = async (seed: number) => (await vectors.of({ ...REQUEST, input: 'sampled', seed }, encoders)).train.values;
    const [first, again, other] = [await of(1), await of(1), await of(2)];
    expect(again).toBe(first);
    expect(other).not.toEqual(first);
    expect(opened()).toBe(2);
  });

  it('are refused where they are too long for what looks at all pairs of numbers', async () => {
    const wide = { height: 1, width: 1, channels: 513 };
    const side = { ...memoryDataset({ images: new Float32Array(2 * 513), shape: wide, labels: Uint32Array.of(0, 1) }) };
    const vectors = new ProbeVectors({
      data: { ...data, train: side, test: side, facts: { ...data.facts, shape: wide } },
    } as ConstructorParameters<typeof ProbeVectors>[0], 16);
    for (const [what, options] of [['whitened', { whitened: true }], ['erased', { input: 'leace' }]] as const) {
      await expect(vectors.of({ ...REQUEST, input: 'pixels', ...options }, open().encoders)).rejects.toMatchObject({
        code: 'DATA_INVALID', message: `${what} vectors of a probe: expected at most 512 numbers, found 513`,
      });
    }
  });
});

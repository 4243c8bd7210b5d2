import { mergeConfig } from '@lethe/config';
import { memoryDataset, MISSING, type Dataset, type DataSource, type ImageShape } from '@lethe/data';
import { initialStatistics } from '@lethe/networks';
import { PROBE_FIGURES, type ProbeRequest } from '@lethe/protocol';
import { engineEnvironment, loadEngine } from '@lethe/tensorflow';
import { describeRun } from '@lethe/graphs';
import { forgottenLabel } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { gridColumns } from './grid/grid-columns.js';
import { WorkerEvaluator } from './worker-evaluator.js';

type Task = Parameters<WorkerEvaluator['evaluate']>[0];

/** So many images, of one class after another. */
function images(count: number, shape: ImageShape, classes: readonly string[]): Dataset {
  const length = count * shape.height * shape.width * shape.channels;
  return memoryDataset({
    shape, images: Uint8Array.from({ length }, (_, index) => (index * 7) % 256),
    labels: Uint32Array.from({ length: count }, (_, index) => index % classes.length),
  });
}

/** Settings, and what is forgotten in the place of the label. */
interface Game {
  readonly objective: object;
  readonly data: object;
  readonly told: { readonly facts: Pick<DataSource['facts'], 'forgotten'>; readonly values: Dataset['forgotten'] };
}

/** An evaluator of a game whose parameters are all 0; evaluates tasks. */
async function open(count: number, shape: ImageShape, classes: readonly string[], { objective, data: source, told }: Partial<Game> = {}) {
  Object.assign(process.env, engineEnvironment({ threads: 2, interOpThreads: 2, gpu: null }));
  const data: DataSource = {
    train: { ...images(count, shape, classes), ...(told === undefined ? {} : { forgotten: told.values }) },
    test: { ...images(count, shape, classes), ...(told === undefined ? {} : { forgotten: told.values }) },
    heldOut: null,
    columns: [],
    notes: [],
    roles: { label: null, domain: null, inputs: [] },
    placeOf: String,
    preprocessing: { version: 1, kind: 'vectors', length: 1, domains: null },
    facts: {
      shape,
      classes,
      trainCount: count,
      testCount: count,
      heldOutCount: null,
      kept: [],
      forgotten: forgottenLabel(classes),
      fingerprint: '',
      domains: [{ name: 'all', trainCount: count, labelledCount: count, testCount: count, otherLabels: [] }],
      ...told?.facts,
    },
  };
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [
    {
      source: 'file', label: (path) => path,
      values: { recipe: 'article', batchSize: 4, shards: 1, data: { heldOut: 0, ...source }, objective: objective ?? {} },
    },
  ]);
  const description = describeRun(config, data.facts);
  const evaluator = new WorkerEvaluator({
    engine: await loadEngine({ prefer: 'native' }),
    description,
    data,
    heldOut: new Uint32Array(0),
  });
  const groups = new Map(description.layouts.map((layout) => [layout.name, new Float32Array(layout.length)]));
  const statistics = new Map(
    description.layouts.filter(({ statisticsLength }) => statisticsLength > 0).map((layout) => [layout.name, initialStatistics(layout)]),
  );
  const evaluate = (task: Partial<Task>): Promise<Float32Array> => evaluator.evaluate(task as Task, groups, statistics);
  return { evaluator, description, evaluate };
}

describe('a worker that evaluates', { timeout: 60_000 }, () => {
  it('draws rows of many classes and large images', async () => {
    /** A row of the grid of 11 classes at 64 x 64 x 3 is more numbers than a function takes arguments. */
    const shape = { height: 64, width: 64, channels: 3 };
    const { evaluator, evaluate } = await open(11, shape, Array.from({ length: 11 }, (_, label) => String(label)));
    const draw = (first: number, count: number): Promise<Float32Array> => evaluate({ evaluation: 'grid', split: 'test', first, count });
    const rows = await draw(9, 5);
    // Rows 9 and 10: no more examples are there.
    expect(rows).toHaveLength(2 * 11 * 64 * 64 * 3);
    expect(rows.subarray(11 * 64 * 64 * 3)).toEqual(await draw(10, 1));
    evaluator.dispose();
  });

  it('has probes read codes with their noise, drawn by the seed, or without', async () => {
    const shape = { height: 8, width: 8, channels: 1 };
    const { evaluator, evaluate } = await open(60, shape, ['a', 'b'], { objective: { bottleneck: { kind: 'variational' } } });
    const probe = async (input: ProbeRequest['input'], seed: number): Promise<Float32Array> => evaluate({
      evaluation: 'probe', reads: [], probes: [{
        probe: 'neighbours', input, seed, shuffledLabels: false,
        attribute: '', given: -1, whitened: false, balanced: false, halves: false, erased: '',
      }],
    });
    const [latent, sampled, other] = [await probe('latent', 1), await probe('sampled', 1), await probe('sampled', 2)];
    expect(await probe('sampled', 1)).toEqual(sampled);
    expect([latent, other]).not.toContainEqual(sampled);
    expect(latent).toHaveLength(PROBE_FIGURES);
    // Without noise all codes are 0, and every example has the same neighbours: no pair of classes is in order.
    expect(latent[4]).toBe(0.5);
    expect(sampled[4]).not.toBe(0.5);
    evaluator.dispose();
  });

  it('redraws test examples with other values of each attribute, told all else as it is, and judges them', async () => {
    // No multiples of 4, as a reader of one's own may have them.
    const shape = { height: 30, width: 30, channels: 1 };
    const categories = ['no', 'yes'];
    const attribute = (name: string): DataSource['facts']['forgotten'][number] => ({
      name, of: [name], categories, counts: [30, 30], countsByLabel: [], missing: 0, means: null, isLabel: false,
    });
    const of = (values: (example: number) => number): Uint32Array => Uint32Array.from({ length: 60 }, (_, example) => values(example));
    const forgotten = [of((example) => example % 2), of((example) => (example === 3 ? MISSING : (example >> 1) % 2))];
    const { evaluator, evaluate, description } = await open(60, shape, ['a'], {
      objective: { jointly: false, encoder: { kind: 'perceptron' } },
      data: { kind: 'celeba', folder: '/faces', imageSize: 8, channels: 1, forget: ['hat', 'scarf'] },
      told: { facts: { forgotten: ['hat', 'scarf'].map(attribute) }, values: forgotten },
    });
    const columns = gridColumns(description) ?? [];
    const walk = ['-1', '-0.5', 'no', '0.5', 'yes', '1.5', '2'];
    expect(columns.map(({ attribute: name, caption }) => `${name} ${caption}`)).toEqual([
      ' original', ' rebuilt', ...['hat', 'scarf'].flatMap((name) => walk.map((place) => `${name} ${place}`)),
    ]);
    expect(columns.slice(2, 4).map(({ shows }) => (typeof shows === 'string' ? [] : [shows.input, ...shows.row]))).toEqual([
      ['forgotten.0', 2, -1], ['forgotten.0', 1.5, -0.5],
    ]);
    const grid = await evaluate({ evaluation: 'grid', split: 'test', first: 0, count: 1 });
    expect(grid).toHaveLength(columns.length * 900);
    // The first image is the example; networks of zeros draw zeros.
    expect([...grid.subarray(0, 3)]).toEqual([-1, 7 / 127.5 - 1, 14 / 127.5 - 1].map(Math.fround));
    expect(grid.subarray(900).every((value) => value === 0)).toBe(true);
    const judge = await evaluate({ evaluation: 'judge', attribute: 'hat' });
    const read = await evaluate({ evaluation: 'swap', attribute: 'hat', split: 'test', first: 50, count: 10, judge });
    expect(read).toHaveLength(10 * 3);
    // What is redrawn is the same for both values; the images themselves differ.
    expect(Array.from({ length: 10 }, (_, row) => read[3 * row + 1] === read[3 * row + 2])).not.toContain(false);
    const ofLabel = evaluate({ evaluation: 'swap', attribute: '', split: 'test', first: 0, count: 1, judge });
    await expect(ofLabel).rejects.toThrow(/not told the label/);
    evaluator.dispose();
  });
});

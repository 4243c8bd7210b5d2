import { mergeConfig } from '@lethe/config';
import { memoryDataset, type Dataset, type DataSource, type ImageShape } from '@lethe/data';
import { initialStatistics } from '@lethe/networks';
import { PROBE_FIGURES, type ProbeRequest } from '@lethe/protocol';
import { engineEnvironment, loadEngine } from '@lethe/tensorflow';
import { describeRun } from '@lethe/graphs';
import { forgottenLabel } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
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

/** An evaluator of a game whose parameters are all 0; evaluates tasks. */
async function open(count: number, shape: ImageShape, classes: readonly string[], objective: object = {}) {
  Object.assign(process.env, engineEnvironment({ threads: 2, interOpThreads: 2, gpu: null }));
  const data: DataSource = {
    train: images(count, shape, classes),
    test: images(count, shape, classes),
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
    },
  };
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [
    { source: 'file', label: (path) => path, values: { recipe: 'article', batchSize: 4, shards: 1, data: { heldOut: 0 }, objective } },
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
  return { evaluator, evaluate: (task: Partial<Task>): Promise<Float32Array> => evaluator.evaluate(task as Task, groups, statistics) };
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
    const { evaluator, evaluate } = await open(60, shape, ['a', 'b'], { bottleneck: { kind: 'variational' } });
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
});

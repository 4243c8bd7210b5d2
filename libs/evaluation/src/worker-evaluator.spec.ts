import { mergeConfig } from '@lethe/config';
import { memoryDataset, type Dataset, type DataSource } from '@lethe/data';
import { initialStatistics } from '@lethe/networks';
import { engineEnvironment, loadEngine } from '@lethe/tensorflow';
import { describeRun } from '@lethe/graphs';
import { forgottenLabel } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { WorkerEvaluator } from './worker-evaluator.js';

/** A row of the grid of 11 classes at 64 x 64 x 3 is more numbers than a function takes arguments. */
const shape = { height: 64, width: 64, channels: 3 };
const classes = Array.from({ length: 11 }, (_, label) => String(label));

/** One image of each class. */
function oneOfEach(): Dataset {
  const images = Uint8Array.from({ length: classes.length * 64 * 64 * 3 }, (_, index) => (index * 7) % 256);
  return memoryDataset({ shape, images, labels: Uint32Array.from(classes.keys()) });
}

describe('a worker that evaluates', { timeout: 60_000 }, () => {
  it('draws rows of many classes and large images', async () => {
    Object.assign(process.env, engineEnvironment({ threads: 2, interOpThreads: 2, gpu: null }));
    const data: DataSource = {
      train: oneOfEach(),
      test: oneOfEach(),
      heldOut: null,
      columns: [],
      notes: [],
      roles: { label: null, domain: null, inputs: [] },
      placeOf: String,
      facts: {
        shape,
        classes,
        trainCount: 11,
        testCount: 11,
        heldOutCount: null,
        kept: [],
        forgotten: forgottenLabel(classes),
        fingerprint: '',
        domains: [{ name: 'all', trainCount: 11, labelledCount: 11, testCount: 11, otherLabels: [] }],
      },
    };
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [
      { source: 'file', label: (path) => path, values: { recipe: 'article', batchSize: 4, shards: 1, data: { heldOut: 0 } } },
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
    const draw = (first: number, count: number): Promise<Float32Array> =>
      evaluator.evaluate(
        { evaluation: 'grid', split: 'test', first, count } as Parameters<WorkerEvaluator['evaluate']>[0],
        groups,
        statistics,
      );
    const rows = await draw(9, 5);
    // Rows 9 and 10: no more examples are there.
    expect(rows).toHaveLength(2 * 11 * 64 * 64 * 3);
    expect(rows.subarray(11 * 64 * 64 * 3)).toEqual(await draw(10, 1));
    evaluator.dispose();
  });
});

import { configLayer, mergeConfig } from '@lethe/config';
import type { DataFacts } from '@lethe/data';
import { judgeLength } from '@lethe/evaluation';
import { describeRun } from '@lethe/graphs';
import { describe, expect, it } from 'vitest';
import { largestFrameOf } from './open-cluster.js';

const population = (name: string) => ({ name, trainCount: 1000, labelledCount: 1000, testCount: 100 });

function frameOf(said: object, side: number, classes: number): { bytes: number; facts: DataFacts } {
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [configLayer(said, 'said.json')]);
  const domains = config.data.kind === 'domains' ? [population('a'), population('b')] : [population('all')];
  const facts: DataFacts = {
    shape: { height: side, width: side, channels: 3 },
    classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
    trainCount: 1000,
    testCount: 100,
    domains,
    fingerprint: 'f',
  };
  return { bytes: largestFrameOf(describeRun(config, facts)), facts };
}

describe('the largest frame of a run', () => {
  it('has room for whatever travels, and not for much more', () => {
    const { bytes } = frameOf({ recipe: 'article' }, 28, 10);
    expect(bytes).toBeGreaterThan(8 * 768 * 1024); // a piece of a state
    expect(bytes).toBeLessThan(32 * 2 ** 20);
  });

  it('grows with the classes, the images and the judge that reads them', () => {
    const { bytes, facts } = frameOf(
      { recipe: 'article', data: { kind: 'images', folder: '/nowhere', imageSize: 64, channels: 3 } },
      64,
      1000,
    );
    for (const floats of [1000 * 64 * 64 * 3, judgeLength({ facts }), 500 * (2 + 3 * 1000), 2000 * 512])
      expect(bytes).toBeGreaterThan(4 * floats);
    expect(bytes).toBeLessThan(128 * 2 ** 20);
  });
});

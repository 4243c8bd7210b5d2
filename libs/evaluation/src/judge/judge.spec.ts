import { memoryDataset, type Dataset, type DataSource } from '@lethe/data';
import { loadEngine, type Engine } from '@lethe/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { Judge, judgeLength, trainJudge } from './judge.js';

const shape = { height: 8, width: 8, channels: 1 };
const CLASSES = 3;

/** Bars whose row tells the class, over noise. */
function bars(count: number, start: number): Dataset {
  const labels = Uint32Array.from({ length: count }, (_, index) => index % CLASSES);
  const images = Uint8Array.from({ length: count * 64 }, (_, index) => {
    const [example, row] = [Math.floor(index / 64), Math.floor((index % 64) / 8)];
    const noise = Math.abs(Math.sin((index + start) * 12.9898) * 43_758.5453) % 1;
    return row === 1 + 2 * (labels[example] ?? 0) ? 200 + 50 * noise : 90 * noise;
  });
  return memoryDataset({ shape, images, labels });
}

let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

describe('a judge', { timeout: 60_000 }, () => {
  const data = {
    facts: { shape, classes: ['a', 'b', 'c'], trainCount: 600, testCount: 100, domains: [], fingerprint: '' },
    train: bars(600, 0),
    test: bars(100, 1e6),
  } as unknown as DataSource;

  it('learns to read raw images, the same way each time, and leaves no tensor behind', async () => {
    const tensors = engine.tf.memory().numTensors;
    const judge = await trainJudge(engine, data);
    expect(judge).toHaveLength(judgeLength(data));
    expect(judge[0]).toBeGreaterThan(0.98);
    expect(Buffer.from((await trainJudge(engine, data)).buffer).equals(Buffer.from(judge.buffer))).toBe(true);
    const reader = await Judge.open(engine, data, 3);
    const images = Float32Array.from({ length: 3 * 64 }, (_, index) =>
      Math.floor((index % 64) / 8) === 1 + 2 * (2 - Math.floor(index / 64)) ? 0.8 : -0.8,
    );
    expect([...reader.read(judge, images)]).toEqual([2, 1, 0]);
    reader.dispose();
    expect(engine.tf.memory().numTensors).toBe(tensors);
  });
});

import { memoryDataset, type Dataset, type DataSource } from '@lethe/data';
import { loadEngine, type Engine } from '@lethe/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { Judge, judgedAttribute, judgeLength, trainJudge } from './judge.js';

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
    facts: { shape, classes: ['a', 'b', 'c'], trainCount: 600, testCount: 100, domains: [], kept: [], forgotten: [], fingerprint: '' },
    train: bars(600, 0),
    test: bars(100, 1e6),
  } as unknown as DataSource;

  it('learns to read raw images, the same way each time, and leaves no tensor behind', async () => {
    const tensors = engine.tf.memory().numTensors;
    const judge = await trainJudge(engine, data, '');
    expect(judge).toHaveLength(judgeLength(data.facts, CLASSES));
    expect(judge[0]).toBeGreaterThan(0.98);
    expect(Buffer.from((await trainJudge(engine, data, '')).buffer).equals(Buffer.from(judge.buffer))).toBe(true);
    const reader = await Judge.open(engine, data, judgedAttribute(data, ''), 3);
    const images = Float32Array.from({ length: 3 * 64 }, (_, index) =>
      Math.floor((index % 64) / 8) === 1 + 2 * (2 - Math.floor(index / 64)) ? 0.8 : -0.8,
    );
    expect([...reader.read(judge, images)]).toEqual([2, 1, 0]);
    reader.dispose();
    expect(engine.tf.memory().numTensors).toBe(tensors);
  });

  it.each([[30, 30], [7, 5], [2, 40], [3, 2], [90, 66]])('reads images of %i x %i pixels', async (height, width) => {
    const facts = { ...data.facts, shape: { height, width, channels: 4 } };
    const reader = await Judge.open(engine, { facts }, judgedAttribute(data, ''), 2);
    const read = reader.read(new Float32Array(judgeLength(facts, CLASSES)), new Float32Array(2 * height * width * 4));
    expect([...read]).toEqual([0, 0]);
    reader.dispose();
  });

  it('of an attribute has a rare value weigh as much as a frequent one, and learns from examples with a value alone', async () => {
    const MISSING = 0xffff_ffff;
    /** One in fifteen has the value, of those alone whose bar is the last one. */
    const rare = (dataset: Dataset): Dataset => ({
      ...dataset,
      forgotten: [Uint32Array.from(dataset.labels, (label, index) => (index % 7 === 6 ? MISSING : Number(label === 2 && index % 5 === 0)))],
    });
    const hat = { name: 'hat', of: ['hat'], categories: ['no', 'yes'] };
    const forgotten = { ...hat, counts: [], countsByLabel: [], missing: 0, means: null, isLabel: false };
    const facts = { ...data.facts, forgotten: [forgotten] };
    const hats = { ...data, facts, train: rare(data.train), test: rare(data.test) } as DataSource;
    const judge = await trainJudge(engine, hats, 'hat');
    expect(judge).toHaveLength(judgeLength(hats.facts, 2));
    const reader = await Judge.open(engine, hats, judgedAttribute(hats, 'hat'), 3);
    // Of images with the bar of the last class one in five has the value: alike, both weigh so that it is read.
    const images = Float32Array.from({ length: 3 * 64 }, (_, index) =>
      Math.floor((index % 64) / 8) === 1 + 2 * (2 - Math.floor(index / 64)) ? 0.8 : -0.8,
    );
    expect([...reader.read(judge, images)]).toEqual([1, 0, 0]);
    reader.dispose();
    expect(() => judgedAttribute(hats, 'beard')).toThrow(/expected one of hat/);
  });
});

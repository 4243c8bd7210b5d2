import { readFileSync } from 'node:fs';
import { adversarialLoop } from '@lethe/cluster';
import { mergeConfig, PLAIN_DATA, type RunConfig } from '@lethe/config';
import { memoryDataset, openData, type DataSource } from '@lethe/data';
import { describeRun, type Batches, type RunDescription } from '@lethe/graphs';
import { initialStatistics } from '@lethe/networks';
import { initialOptimizerState } from '@lethe/parameter-store';
import type { Committed, GroupState } from '@lethe/protocol';
import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import { forgottenLabel } from '@lethe/testing';
import { beforeAll, expect, it } from 'vitest';
import { withClusterInMemory } from '../testing/cluster-in-memory.js';

/** What golden/frozen_evaluation.py wrote. Tensors lie as in Lethe. */
interface GoldenGame {
  readonly start: Readonly<Record<string, readonly number[]>>;
  /** Of each step: the classifier's loss, or the error of reconstruction and the classifier's loss. */
  readonly losses: readonly (readonly number[])[];
  /** Of the gradient of each step, before it is clipped. */
  readonly norms: readonly number[];
  readonly end: Readonly<Record<string, readonly number[]>>;
  readonly statistics: Readonly<Record<string, { readonly mean: readonly number[]; readonly variance: readonly number[] }>>;
}
const golden = JSON.parse(readFileSync(new URL('../golden/frozen_evaluation.json', import.meta.url), 'utf8')) as GoldenGame;

const [COLOURS, BATCH, ROUNDS] = [12, 6, 4];
const CLASSES = ['a', 'b', 'c'];

let engine: Engine;
let data: DataSource;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
  const shape = { height: 1, width: 1, channels: 3 };
  const colours = memoryDataset({
    shape,
    images: Uint8Array.from({ length: COLOURS * 3 }, (_, index) => (37 * index + 11) % 256),
    labels: Uint32Array.from({ length: COLOURS }, (_, index) => (index * index) % CLASSES.length),
  });
  const other = await openData(PLAIN_DATA, 1);
  const domain = { name: 'all', trainCount: COLOURS, labelledCount: COLOURS, testCount: COLOURS, otherLabels: [] };
  data = {
    ...other, train: colours, test: colours,
    facts: {
      ...other.facts, shape, classes: CLASSES, trainCount: COLOURS, testCount: COLOURS, domains: [domain],
      forgotten: forgottenLabel(CLASSES),
    },
  };
});

/** The golden game: dropout would make both phases random. */
function config(): RunConfig {
  const values = {
    recipe: 'article', batchSize: BATCH, shards: 1, epochs: null, rounds: ROUNDS, clipNorm: 0.25,
    objective: {
      batchPer: 'step', frozenMode: 'evaluation', beta: 0.5, classifierTurns: 2, latentSize: 2, encoderDropout: 0, decoderDropout: 0,
      encoder: { kind: 'perceptron', width: 5, depth: 2 },
      adversary: { width: 4, depth: 1, activation: 'relu', dropout: 0, standardise: true },
      optimizers: { '*': { kind: 'sgd', learningRate: 0.1, momentum: 0.9 } },
    },
  };
  return mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{ source: 'file', label: (path) => path, values }]).config;
}

function startState({ layouts, optimization }: RunDescription): GroupState[] {
  return layouts.map((layout) => {
    const values = Float32Array.from(layout.segments.flatMap(({ name }) => golden.start[name] ?? []));
    expect(values).toHaveLength(layout.length);
    const statistics = initialStatistics(layout);
    return { group: layout.name, version: 0, values, ...initialOptimizerState(layout, optimization), statistics };
  });
}

/** The batches of a phase. Those of another than the golden ones have none. */
function openBatches(stream: string | null): Batches {
  const chosen: Readonly<Record<string, (round: number, place: number) => number>> = {
    'phase classifier': (step, place) => step * 5 + place * 7, 'phase autoencoder': (round, place) => round * 3 + place * 5 + 1,
  };
  const choose = chosen[stream ?? ''];
  if (choose === undefined) throw new TypeError(`the golden game has no batches of ${String(stream)}`);
  return { round: (number) => Uint32Array.from({ length: BATCH }, (_, place) => choose(number, place) % COLOURS) };
}

function expectClose(found: ArrayLike<number>, expected: readonly number[], name: string): void {
  expect(found, name).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs((found[index] ?? Number.NaN) - value), `${name} ${index}`).toBeLessThan(1e-5);
  }
}

it('a game whose frozen networks are in evaluation mode, with a batch for each step, is PyTorch\'s', async () => {
  const description = describeRun(config(), data.facts);
  const committed: Committed[] = [];
  const groups = await withClusterInMemory({
    engine, data, description, openBatches, start: startState(description), onCommitted: (commit) => committed.push(commit),
  }, async (cluster) => {
    const { objective } = description;
    await adversarialLoop({
      objective, executor: cluster, from: { rounds: 0, steps: 0 }, totalRounds: ROUNDS, afterRound: () => Promise.resolve(true),
    });
    return cluster.captureState();
  });
  expect(committed).toHaveLength(golden.losses.length);
  for (const [step, { losses, gradientNorm }] of committed.entries()) {
    expectClose(losses, golden.losses[step] ?? [], `losses of step ${step}`);
    expectClose([gradientNorm], [golden.norms[step] ?? Number.NaN], `norm of step ${step}`);
  }
  for (const [place, { values, statistics }] of groups.entries()) {
    const { segments, statistics: normalisations } = description.layouts[place]!;
    for (const { name, offset, length } of segments) expectClose(values.subarray(offset, offset + length), golden.end[name]!, name);
    for (const { name, offset, channels } of normalisations) {
      const { mean, variance } = golden.statistics[name]!;
      expectClose(statistics!.subarray(offset, offset + 2 * channels), [...mean, ...variance], `statistics of ${name}`);
    }
  }
}, 30_000);

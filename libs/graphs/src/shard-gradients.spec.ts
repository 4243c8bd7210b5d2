import { mergeConfig } from '@lethe/config';
import { BatchStream, type DataSource } from '@lethe/data';
import { initialValues } from '@lethe/networks';
import { networkSlices, type StepAssignment, type TreeNode } from '@lethe/protocol';
import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import { forgottenLabel } from '@lethe/testing';
import { beforeAll, expect, it } from 'vitest';
import { allNetworks, describeRun } from './run-description.js';
import { ShardGradients, type NodeSum, type StepState } from './shard-gradients.js';
import { StepClock } from './step-clock.js';

const [EXAMPLES, SIDE] = [16, 8];

let engine: Engine;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 2, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
});

/** A run of eight shards of two images each. */
const description = describeRun(
  mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{
    source: 'file', label: (path) => path,
    values: { recipe: 'quick', batchSize: EXAMPLES, shards: 8, epochs: null, rounds: 2, data: { heldOut: 0 } },
  }]).config,
  {
    shape: { height: SIDE, width: SIDE, channels: 1 }, classes: ['a', 'b'], trainCount: EXAMPLES, testCount: 1, heldOutCount: null,
    kept: [], forgotten: forgottenLabel(['a', 'b']), fingerprint: '',
    domains: [{ name: 'all', trainCount: EXAMPLES, labelledCount: EXAMPLES, testCount: 1, otherLabels: [] }],
  },
);

/** Images that are waves, and labels by turns. */
const data = {
  train: {
    count: EXAMPLES, rows: Uint32Array.from({ length: EXAMPLES }, (_, row) => row),
    labels: Uint32Array.from({ length: EXAMPLES }, (_, example) => example % 2), domains: new Uint32Array(EXAMPLES), attributes: [],
    inputs: {
      gather: (rows: Uint32Array) => Float32Array.from({ length: rows.length * SIDE ** 2 }, (_, index) => (
        Math.sin(index + 3 * (rows[Math.floor(index / SIDE ** 2)] ?? 0))
      )),
    },
  },
} as unknown as DataSource;

const state: StepState = {
  statistics: new Map(),
  networks: new Map(description.layouts.flatMap((layout) => {
    const values = initialValues(layout, allNetworks(description.objective), 1);
    return networkSlices(layout).map(({ network, from, to }) => [network, values.slice(from, to)] as const);
  })),
};

/** A worker that computes so many shards side by side, and the names of the graphs that it has traced. */
async function worker(parallelShards: number): Promise<{ gradients: ShardGradients; traced: string[] }> {
  const traced: string[] = [];
  const watched = Object.create(engine, {
    compile: { value: (name: string, ...rest: [never, never]) => { traced.push(name); return engine.compile(name, ...rest); } },
  }) as Engine;
  const training = Uint32Array.from({ length: EXAMPLES }, (_, example) => example);
  const gradients = await ShardGradients.compile({
    engine: watched, description, data, parallelShards,
    openBatches: (stream) => new BatchStream({ training, batchSize: EXAMPLES, seed: 1, stream }),
  });
  return { gradients, traced };
}

/** What a worker computes of these nodes in the last phase. */
async function sumsOf(gradients: ShardGradients, nodes: TreeNode[], clock = new StepClock()): Promise<NodeSum[]> {
  const phase = description.objective.phases.length - 1;
  const reads = (description.objective.phases[phase]?.reads ?? []).map((group) => ({ group, version: 0 }));
  const step: StepAssignment = {
    kind: 'stepAssignment', round: 0, phase, innerStep: 0, nodes, reads, produces: 1, generation: 1,
    scalars: description.objective.scalars(0),
  };
  await gradients.compileFor(nodes, clock);
  const needs = gradients.needs(phase);
  const read = { ...state, networks: new Map([...state.networks].filter(([name]) => needs.networks.has(name))) };
  return nodes.map((node) => gradients.node(step, node, read, clock));
}

it('traces the widths that are asked for, each once and on the clock of its step, and has the same bits in all', async () => {
  const nodes = [{ first: 0, count: 2 }, { first: 5, count: 1 }, { first: 6, count: 2 }];
  const [wide, single] = [await worker(4), await worker(1)];
  const widths = ({ traced }: typeof wide): string[] => traced.map((name) => /-(\d+)x2 of /.exec(name)?.[1] ?? name);
  const phases = description.objective.phases.length;
  const each = (...expected: string[]): string[] => expected.flatMap((width) => new Array<string>(phases).fill(width));
  try {
    expect([widths(wide), widths(single)]).toEqual([each('4'), each('1')]);
    const [first, second] = [new StepClock(), new StepClock()];
    const sums = await sumsOf(wide.gradients, nodes, first);
    expect(sums).toEqual(await sumsOf(single.gradients, nodes));
    expect([widths(wide), widths(single)]).toEqual([each('4', '2', '1'), each('1')]);
    expect(await sumsOf(wide.gradients, nodes, second)).toEqual(sums);
    expect(widths(wide)).toEqual(each('4', '2', '1'));
    // The first step has traced twice.
    const computing = ({ spans }: StepClock): number => spans.filter(({ occupation }) => occupation === 'compute').length;
    expect([computing(first), computing(second)]).toEqual([nodes.length + 2, nodes.length]);
    // Halves of a node that is as wide as any.
    const [four] = await sumsOf(wide.gradients, [{ first: 0, count: 4 }]);
    expect(four).toEqual((await sumsOf(single.gradients, [{ first: 0, count: 4 }]))[0]);
  } finally {
    wide.gradients.dispose();
    single.gradients.dispose();
  }
});

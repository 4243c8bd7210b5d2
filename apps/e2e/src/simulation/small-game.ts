import { compileConfig, type RunConfig } from '@lethe/config';
import type { DataFacts } from '@lethe/data';
import type { Objective } from '@lethe/objectives';
import { addInto, combineSummary } from '@lethe/optim';
import { initialOptimizerState } from '@lethe/parameter-store';
import {
  networkSlices, NORM_TILE_LENGTH, schemaHash, type GroupLayout, type GroupState, type Evaluate, type StepAssignment, type Segment,
  type TreeNode, type SummaryLayout,
} from '@lethe/protocol';
import type { InputValues } from '@lethe/tensorflow';
import type { RunDescription, StepState } from '@lethe/graphs';
import type { PreparedWorker } from '@lethe/worker';

const ROUNDS = 6;
const SHARDS = 4;
/** An epoch is half of the game. */
const EXAMPLES = ROUNDS * SHARDS;

/** @param networks the number of elements of each, one after another */
function layout(name: string, networks: Readonly<Record<string, number>>): GroupLayout {
  const segments: Segment[] = [];
  let offset = 0;
  for (const [network, length] of Object.entries(networks)) {
    segments.push({ name: `${network}.weight`, network, shape: [length], offset, length });
    offset += length;
  }
  return {
    name, length: offset, statisticsLength: 2, segments,
    statistics: [{ name: `${name}.norm`, network: Object.keys(networks)[0] ?? '', channels: 1, offset: 0, samples: 8, momentum: 0.1 }],
  };
}

/** With several servers one group is so long that two have a part of it; the other is the lead's alone. */
function layoutsFor(servers: number): [GroupLayout, GroupLayout] {
  return [
    layout('classifier', { classifier: 5 }),
    layout('autoencoder', { encoder: 100, decoder: servers > 1 ? NORM_TILE_LENGTH - 97 : 200 }),
  ];
}

function summaryOf({ statistics, statisticsLength }: GroupLayout, loss: string): SummaryLayout {
  return { statistics, statisticsLength, losses: [loss], length: statisticsLength + 1 };
}

/** The group that a phase does not train is in evaluation mode meanwhile. */
const READS = { reads: ['classifier', 'autoencoder'], frozenMode: 'evaluation' } as const;

/** The article's phases, of networks that are nothing but vectors; each inner step reads what the one before it wrote. */
const OBJECTIVE = {
  name: 'simulated',
  groups: [{ name: 'classifier', networks: [] }, { name: 'autoencoder', networks: [] }],
  phases: [
    { name: 'classifier', trains: 'classifier', ...READS, innerSteps: 2, losses: ['classifier_loss'] },
    { name: 'autoencoder', trains: 'autoencoder', ...READS, innerSteps: 1, losses: ['reconstruction_mse'] },
  ],
  batchPer: 'round', deployed: [], isNoisy: false, freshStarts: [], figures: [], predict: null, readKept: [],
  // They are not called: `smallGrid` draws.
  redraw: () => undefined,
  decode: () => undefined,
  scalars: (round: number) => ({ beta: round / 10 }),
} as unknown as Objective;

/** @param raw a complete configuration, of which the game's length and the cluster count */
export function smallGame(raw: RunConfig, cluster: Partial<RunConfig['cluster']>, rounds = ROUNDS): RunDescription {
  const { config } = compileConfig({
    ...raw,
    rounds,
    epochs: null,
    shards: SHARDS,
    batchSize: 2 * SHARDS,
    grid: true,
    evaluation: false,
    data: { ...raw.data, heldOut: 0 },
    patience: null,
    checkpoints: { everyEpochs: 1, everyRounds: 2, keep: 2 },
    cluster: { ...raw.cluster, ...cluster },
  });
  const facts: DataFacts = {
    shape: { height: 2, width: 2, channels: 1 },
    classes: ['a', 'b'],
    trainCount: EXAMPLES,
    testCount: 0,
    heldOutCount: null,
    kept: [],
    // A run draws what it forgets.
    forgotten: [{
      name: 'label', of: ['label'], categories: ['a', 'b'], isLabel: true,
      counts: [EXAMPLES, 0], countsByLabel: [], missing: 0, means: null,
    }],
    domains: [{ name: 'all', trainCount: EXAMPLES, labelledCount: 0, testCount: 0, otherLabels: [] }],
    fingerprint: 'none',
  };
  const layouts = layoutsFor(config.cluster.servers);
  const summaries = [summaryOf(layouts[0], 'classifier_loss'), summaryOf(layouts[1], 'reconstruction_mse')];
  const adam = {
    kind: 'adam',
    learningRate: 1e-2,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    schedule: { kind: 'cosine', warmupRounds: 1, finalFactor: 0.1, until: 1 },
  } as const;
  return {
    config,
    facts,
    objective: OBJECTIVE,
    layouts,
    summaries,
    code: [],
    schemaHash: schemaHash(layouts, summaries),
    trainingCount: facts.trainCount,
    totalRounds: rounds,
    optimization: {
      optimizers: { classifier: adam, encoder: adam, decoder: adam },
      averaging: 0.9,
      averagedNetworks: ['encoder', 'decoder'],
    },
  };
}

export function firstGroups({ layouts, optimization }: RunDescription): GroupState[] {
  return layouts.map((group) => ({
    group: group.name, version: 0, values: Float32Array.from({ length: group.length }, (_, index) => Math.fround(Math.sin(index + 1))),
    ...initialOptimizerState(group, optimization), statistics: Float32Array.of(0, 1),
  }));
}

/** Gradients that depend on everything that they may depend on: the versions read, the running statistics, the step, the shard. */
export function smallGradients({ objective, layouts, summaries, config }: RunDescription): PreparedWorker['gradients'] {
  const shard = (
    assignment: StepAssignment,
    index: number,
    { networks, statistics }: StepState,
  ): { gradient: Float32Array; summary: Float32Array } => {
    const phase = objective.phases[assignment.phase];
    const group = layouts.find(({ name }) => name === phase?.trains);
    if (phase === undefined || group === undefined) throw new TypeError('the assignment names an unknown phase');
    const other = networks.get(assignment.phase === 0 ? 'encoder' : 'classifier') as Float32Array;
    const drift = Math.fround(
      Math.sin(97 * assignment.round + 31 * assignment.phase + 13 * assignment.innerStep + 7 * index)
        + (other[0] ?? 0)
        + (statistics.get(assignment.phase === 0 ? 'autoencoder' : 'classifier')?.[0] ?? Number.NaN)
        + (assignment.scalars['beta'] ?? 0),
    );
    const gradient = new Float32Array(group.length);
    for (const { network, from, to } of networkSlices(group)) {
      const values = networks.get(network) as Float32Array;
      for (let place = from; place < to; place += 1) gradient[place] = 0.1 * (values[place - from] as number) + drift;
    }
    return { gradient, summary: Float32Array.of(drift, Math.abs(drift), drift) };
  };
  return {
    // As in the article, the classifier's phase does not look at the decoder.
    needs: (phase) => ({
      networks: new Set(phase === 0 ? ['classifier', 'encoder'] : ['classifier', 'encoder', 'decoder']),
      statistics: new Set([phase === 0 ? 'autoencoder' : 'classifier']),
    }),
    compileFor: () => Promise.resolve(),
    prepare: () => undefined,
    node: (assignment, { first, count }: TreeNode, state) => {
      const sum = (from: number, size: number): { gradient: Float32Array; summary: Float32Array } => {
        if (size === 1) return shard(assignment, from, state);
        const [left, right] = [sum(from, size / 2), sum(from + size / 2, size / 2)];
        addInto(left.gradient, right.gradient);
        const layoutOfSummary = summaries[assignment.phase];
        if (layoutOfSummary !== undefined) combineSummary(left.summary, right.summary, layoutOfSummary);
        return left;
      };
      if (first + count > config.shards) throw new TypeError('the assignment names an unknown shard');
      return sum(first, count);
    },
    dispose: () => undefined,
  };
}

/** A row of a grid, two images of 2 x 2 pixels, that depends on everything that it may depend on: the versions read and the example. */
export async function smallGrid({ first, reads }: Evaluate, groups: ReadonlyMap<string, InputValues>): Promise<Float32Array> {
  const values = reads.map(({ group }) => groups.get(group) as Float32Array);
  return new Float32Array(8).fill(first + (values[0]?.[0] ?? 0), 0, 4).fill(values[1]?.at(-1) ?? 0, 4);
}

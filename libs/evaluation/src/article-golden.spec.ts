import { mergeConfig, PLAIN_DATA, type RunConfig } from '@lethe/config';
import { openData, type DataSource } from '@lethe/data';
import { initialOptimizerState } from '@lethe/parameter-store';
import { initialStatistics } from '@lethe/networks';
import { networkSlices, type Committed, type GroupState, type StepAssignment } from '@lethe/protocol';
import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import { fromTorch, goldenArticle, goldenStart, torchSummary, type GoldenArticle, type GoldenTensor } from '@lethe/testing';
import { adversarialLoop } from '@lethe/cluster';
import { describeRun, layoutOf, ShardGradients, StepClock, type NodeSum, type RunDescription } from '@lethe/graphs';
import { beforeAll, describe, expect, it } from 'vitest';
import { withClusterInMemory } from '../testing/cluster-in-memory.js';
import { meanFigures } from './figures.js';
import { SCORE_CHUNK } from './worker-evaluator.js';

/** Biases in front of a batch norm: their true gradient is zero, so what Adam makes of rounding noise is noise. */
const NOISE = new Set(['encoder.conv1.bias', 'encoder.conv2.bias', 'encoder.linear1.bias', 'decoder.linear1.bias', 'decoder.deconv1.bias']);

/** `nx run tools:gpu-check` plays the golden rounds on a GPU, which it names by its id. */
const gpu = process.env['LETHE_GOLDEN_GPU'];

let engine: Engine;
let data: DataSource;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 2, interOpThreads: 2, gpu: gpu === undefined ? null : { id: gpu } }));
  engine = await loadEngine({ prefer: 'native' });
  expect(engine.device).toBe(gpu === undefined ? 'cpu' : 'gpu');
  const mnist = await openData(PLAIN_DATA, 1);
  const first16 = { ...mnist.train, count: 16, rows: mnist.train.rows.slice(0, 16), labels: mnist.train.labels.slice(0, 16) };
  data = { ...mnist, facts: { ...mnist.facts, trainCount: 16, testCount: 16 }, train: first16, test: first16 };
});

function goldenConfig(golden: GoldenArticle): RunConfig {
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [
    {
      source: 'file',
      label: (path) => path,
      values: {
        recipe: 'article',
        batchSize: 16,
        shards: golden.shards,
        epochs: null,
        rounds: 5,
        objective: {
          encoderDropout: 0,
          decoderDropout: 0,
          adversary: { dropout: 0 },
          beta: golden.beta,
          optimizers: { '*': { learningRate: golden.lr } },
        },
      },
    },
  ]);
  return config;
}

/** Trainable golden tensors of a group in our order, with our names. */
function goldenTensors(
  golden: GoldenArticle,
  description: RunDescription,
  group: string,
): { name: string; tensor: GoldenTensor; offset: number; length: number }[] {
  const { segments } = layoutOf(description, group);
  return ['encoder', 'decoder', 'classifier'].flatMap((network) => {
    const ours = segments.filter((segment) => segment.network === network);
    const theirs = golden.parameters.filter((tensor) => tensor.net === network && !tensor.kind.startsWith('running'));
    return ours.map(({ name, offset, length }, index) => ({ name, offset, length, tensor: theirs[index]! }));
  });
}

function startState(golden: GoldenArticle, description: RunDescription): GroupState[] {
  return description.layouts.map((layout) => {
    const values = new Float32Array(layout.length);
    for (const { name, tensor, offset } of goldenTensors(golden, description, layout.name))
      values.set(fromTorch(name, tensor, goldenStart(tensor)), offset);
    return {
      group: layout.name,
      version: 0,
      values,
      ...initialOptimizerState(layout, description.optimization),
      statistics: initialStatistics(layout),
    };
  });
}

/** No network is in evaluation mode. */
const NONE = new Map<string, Float32Array>();

const firstSixteen = { round: () => Uint32Array.from({ length: 16 }, (_, index) => index) };

/** Plays the golden rounds. */
async function play(
  golden: GoldenArticle,
  description: RunDescription,
): Promise<{ committed: Committed[]; groups: GroupState[]; figures: Record<string, number> }> {
  const committed: Committed[] = [];
  const { objective } = description;
  return withClusterInMemory({
    engine, data, description, start: startState(golden, description), openBatches: () => firstSixteen,
    onCommitted: (commit) => committed.push(commit),
  }, async (cluster) => {
    await adversarialLoop({
      objective, executor: cluster, from: { rounds: 0, steps: 0 }, totalRounds: 5, afterRound: () => Promise.resolve(true),
    });
    const groups = await cluster.captureState();
    const figures = meanFigures(await cluster.evaluations.ofExamples('score', 'test', 16, SCORE_CHUNK), objective.figures);
    return { committed, groups, figures };
  });
}

describe.each([1, 4] as const)('the article\'s game on %i shard(s), against PyTorch', (shards) => {
  const golden = goldenArticle(shards);
  let description: RunDescription;
  let result: Awaited<ReturnType<typeof play>>;
  beforeAll(async () => {
    description = describeRun(goldenConfig(golden), data.facts);
    result = await play(golden, description);
  });

  it('has the golden losses in all five rounds', () => {
    for (const [round, expected] of golden.rounds.entries()) {
      const [classifier, autoencoder] = result.committed.filter((commit) => commit.round === round);
      const found = [...classifier!.losses, ...autoencoder!.losses];
      for (const [index, value] of [expected.classifier_loss, expected.reconstruction_mse, expected.encoder_classifier_loss].entries()) {
        expect(Math.abs(found[index]! / value - 1), `round ${round + 1}, loss ${index}`).toBeLessThan(5e-6);
      }
    }
  });

  it('has the golden parameters after five rounds', () => {
    for (const { group, values } of result.groups) {
      for (const { name, tensor, offset, length } of goldenTensors(golden, description, group)) {
        if (NOISE.has(name)) continue;
        const found = torchSummary(name, tensor, values.subarray(offset, offset + length));
        expect(Math.abs(found.l2 / tensor.after_5_rounds.l2 - 1), name).toBeLessThan(8e-4);
        for (const [index, value] of tensor.after_5_rounds.first.entries())
          expect(Math.abs(found.first[index]! - value), `${name}[${index}]`).toBeLessThan(2e-3);
      }
    }
  });

  it('has the golden running variances', () => {
    const { statistics } = result.groups.find(({ group }) => group === 'autoencoder')!;
    const layout = layoutOf(description, 'autoencoder');
    for (const network of ['encoder', 'decoder']) {
      const variances = golden.parameters.filter((tensor) => tensor.net === network && tensor.kind === 'running_var');
      for (const [index, segment] of layout.statistics.filter((segment) => segment.network === network).entries()) {
        const found = statistics!.subarray(segment.offset + segment.channels, segment.offset + 2 * segment.channels);
        const l2 = Math.sqrt(found.reduce((sum, value) => sum + value * value, 0));
        expect(Math.abs(l2 / variances[index]!.after_5_rounds.l2 - 1), segment.name).toBeLessThan(1e-3);
      }
    }
  });

  it('agrees in evaluation mode', () => {
    expect(Math.abs(result.figures['reconstruction_mse']! / golden.eval_after_5_rounds.reconstruction_mse - 1)).toBeLessThan(2e-3);
    expect(Math.abs(result.figures['classifier_loss']! / golden.eval_after_5_rounds.classifier_nll - 1)).toBeLessThan(2e-3);
  });

  it('has the golden gradients of the first round', async () => {
    const gradients = await ShardGradients.compile({ engine, description, data, openBatches: () => firstSixteen, parallelShards: 2 });
    // The encoder/decoder phase reads the classifier that the same round has updated: run it from there.
    const networksOf = (group: string, values: Float32Array): [string, Float32Array][] =>
      networkSlices(layoutOf(description, group)).map(({ network, from, to }) => [network, values.subarray(from, to)]);
    const states = new Map(startState(golden, description).flatMap(({ group, values }) => networksOf(group, values)));
    for (const [phase, group] of ['classifier', 'autoencoder'].entries()) {
      if (phase === 1)
        for (const [network, values] of networksOf('classifier', await classifierAfterOneRound(golden, description)))
          states.set(network, values);
      const assignment: StepAssignment = {
        kind: 'stepAssignment',
        round: 0,
        phase,
        innerStep: 0,
        nodes: [],
        reads: [],
        produces: 1,
        generation: 1,
        scalars: description.objective.scalars(0),
      };
      const { gradient } = gradients.node(assignment, { first: 0, count: shards }, { networks: states, statistics: NONE }, new StepClock());
      for (const { name, tensor, offset, length } of goldenTensors(golden, description, group)) {
        if (NOISE.has(name)) continue;
        const found = torchSummary(name, tensor, gradient.subarray(offset, offset + length));
        // Gradients as small as the first norm's are sums of cancelling terms: float32 leaves about 1e-8 of noise in their norm.
        const { l2 } = tensor.first_round_gradient!;
        expect(Math.abs(found.l2 / shards - l2), name).toBeLessThan(5e-5 * l2 + 2e-8);
      }
    }
    gradients.dispose();
  });

  it('has the same bits however many shards a call computes', async () => {
    const networks = new Map(
      startState(golden, description).flatMap(({ group, values }) =>
        networkSlices(layoutOf(description, group)).map(({ network, from, to }) => [network, values.subarray(from, to)] as const),
      ),
    );
    const assignment = (phase: number): StepAssignment => ({
      kind: 'stepAssignment',
      round: 0,
      phase,
      innerStep: 0,
      nodes: [],
      reads: [],
      produces: 1,
      generation: 1,
      scalars: description.objective.scalars(0),
    });
    const sums: NodeSum[][] = [];
    for (const parallelShards of [1, 2, 4]) {
      const gradients = await ShardGradients.compile({ engine, description, data, openBatches: () => firstSixteen, parallelShards });
      sums.push([0, 1].map((phase) => (
        gradients.node(assignment(phase), { first: 0, count: shards }, { networks, statistics: NONE }, new StepClock())
      )));
      gradients.dispose();
    }
    const differing = (a: Float32Array, b: Float32Array): number =>
      a.reduce((count, value, index) => count + (value === b[index] ? 0 : 1), 0);
    for (const wide of sums.slice(1)) {
      for (const [phase, { gradient, summary }] of wide.entries())
        expect([differing(gradient, sums[0]![phase]!.gradient), summary]).toEqual([0, sums[0]![phase]!.summary]);
    }
  }, 30_000);
});

async function classifierAfterOneRound(golden: GoldenArticle, description: RunDescription): Promise<Float32Array> {
  const start = startState(golden, description);
  const groups = await withClusterInMemory({ engine, data, description, start, openBatches: () => firstSixteen }, async (cluster) => {
    await cluster.execute({ round: 0, phase: 0, innerStep: 0 }, description.objective.scalars(0));
    return cluster.captureState();
  });
  return groups.find(({ group }) => group === 'classifier')!.values;
}

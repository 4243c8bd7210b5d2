import { gatherBatch, openBatches, splitHeldOut, type DataSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { compileEvaluation, evaluationVectors, SCORE_CHUNK, WorkerEvaluator, type EvaluationStepOptions } from '@lethe/evaluation';
import { batchInputs, layoutOf, scalarInputs, ShardGradients, StepClock, type RunDescription } from '@lethe/graphs';
import { networkSlices, type GroupState } from '@lethe/protocol';
import type { Engine } from '@lethe/tensorflow';

/** A run that could begin. */
export interface FirstShardOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  readonly data: DataSource;
  /** The state that it would begin with. */
  readonly groups: readonly GroupState[];
}

/** The reported losses of a phase, by name. */
export type PhaseLosses = Readonly<Record<string, number>>;

/**
 * Computes the first shard of the first round in every phase, each with the weights that the run begins with, and all that the game
 * declares of some test examples (figures, features, predictions, examples made of features): what a game does wrong shows here before
 * anything is started.
 *
 * @returns the losses of each phase, in the phases' order
 * @throws LetheError GAME_INVALID, GRADIENT_NOT_FINITE, TRACE_FOREIGN_TENSOR, TRACE_RANDOMNESS, TRACE_VALUE_READ
 */
export async function playFirstShard(options: FirstShardOptions): Promise<PhaseLosses[]> {
  const { engine, description, data } = options;
  const { config, objective } = description;
  const { training, heldOut } = splitHeldOut(data, config.data.heldOut, config.seed);
  const gradients = await ShardGradients.compile({
    engine, description, data, parallelShards: 1, openBatches: (stream) => openBatches(config, data, training, stream),
  });
  try {
    const losses = objective.phases.map((_, phase) => lossesOf(phase, gradients, options));
    await computeFeatures(options);
    await computeFigures(options, heldOut);
    await computeOffered(options);
    return losses;
  } finally {
    gradients.dispose();
  }
}

function lossesOf(phase: number, gradients: ShardGradients, { description, groups }: FirstShardOptions): PhaseLosses {
  const { objective, summaries } = description;
  const shard = { first: 0, count: 1 };
  const networks = new Map(groups.flatMap(({ group, values }) => (
    networkSlices(layoutOf(description, group)).map(({ network, from, to }) => [network, values.slice(from, to)] as const)
  )));
  const needs = gradients.needs(phase);
  const state = {
    networks: new Map([...networks].filter(([network]) => needs.networks.has(network))),
    statistics: new Map(statisticsOf(groups).filter(([group]) => needs.statistics.has(group))),
  };
  const reads = (objective.phases[phase]?.reads ?? []).map((group) => ({ group, version: 0 }));
  const { gradient, summary } = gradients.node({
    kind: 'stepAssignment', round: 0, phase, innerStep: 0, nodes: [shard], reads, produces: 1, scalars: objective.scalars(0), generation: 1,
  }, shard, state, new StepClock());
  const { statisticsLength = 0, losses = [] } = summaries[phase] ?? {};
  const found = Object.fromEntries(losses.map((name, place) => [name, summary[statisticsLength + place] ?? Number.NaN]));
  expectFinite(description, phase, { losses: found, gradient });
  return found;
}

interface Found { readonly losses: PhaseLosses; readonly gradient: Float32Array }

/** Names every loss and every tensor's gradient that is not finite. */
function expectFinite(description: RunDescription, phase: number, { losses, gradient }: Found): void {
  const { objective } = description;
  const { name = '', trains = '' } = objective.phases[phase] ?? {};
  const ofLosses = Object.entries(losses).flatMap(([loss, value]) => (Number.isFinite(value) ? [] : [`the loss ${loss} is ${value}`]));
  const tensors = layoutOf(description, trains).segments
    .filter(({ offset, length }) => !gradient.subarray(offset, offset + length).every(Number.isFinite))
    .map((segment) => segment.name);
  const ofGradient = tensors.length === 0 ? [] : [`the gradient is not finite in ${tensors.join(', ')}`];
  const problems = [...ofLosses, ...ofGradient];
  if (problems.length === 0) return;
  throw new LetheError(
    'GRADIENT_NOT_FINITE',
    `game ${objective.name}, phase ${name}: ${problems.join(', and ')}; with the weights that the run would begin with`,
  );
}

/** Features of test examples, whose number a game says. */
async function computeFeatures(options: FirstShardOptions): Promise<void> {
  const { objective } = options.description;
  const result = await computeOnTest(options, 'encode', (context) => objective.encode(context));
  if (result.length === SCORE_CHUNK * objective.encodedSize) return;
  const expected = `features [examples, ${objective.encodedSize}], as it declares`;
  throw new LetheError(
    'GAME_INVALID', `game ${objective.name}: expected ${expected}, found ${result.length / SCORE_CHUNK} numbers for each example`,
  );
}

/** What a game offers besides features, each where it is declared: a run would compute it only after its training. */
async function computeOffered(options: FirstShardOptions): Promise<void> {
  const { objective: { encode, decode, predict, readKept }, facts } = options.description;
  if (decode !== null) await computeOnTest(options, 'decode', (context) => decode(context, encode(context)));
  if (predict !== null) await computeOnTest(options, 'predict', predict);
  for (const [place, { name }] of facts.kept.entries()) {
    const read = readKept[place] ?? null;
    if (read !== null) await computeOnTest(options, `readKept.${name}`, read);
  }
}

/** What a function of the networks gives for some test examples. @param name for messages */
async function computeOnTest(
  { engine, description, data: { test }, groups }: FirstShardOptions, name: string, compute: EvaluationStepOptions['compute'],
): Promise<Float32Array> {
  const { objective, facts } = description;
  const step = await compileEvaluation({ engine, description, name, examples: SCORE_CHUNK, compute });
  try {
    const chosen = Uint32Array.from({ length: SCORE_CHUNK }, (_, example) => example % test.count);
    return step.run({
      ...evaluationVectors(valuesOf(groups), statisticsOf(groups)), ...scalarInputs(objective.scalars(0)),
      ...batchInputs(gatherBatch(test, chosen, facts)),
    }).result;
  } finally {
    step.dispose();
  }
}

async function computeFigures({ engine, description, data, groups }: FirstShardOptions, heldOut: Uint32Array): Promise<void> {
  const evaluator = new WorkerEvaluator({ engine, description, data, heldOut });
  try {
    await evaluator.evaluate(
      { kind: 'evaluate', task: 0, evaluation: 'score', split: 'test', first: 0, count: Math.min(SCORE_CHUNK, data.test.count), reads: [],
        probes: [], judge: null, attribute: '' },
      new Map(valuesOf(groups)),
      new Map(statisticsOf(groups)),
    );
  } finally {
    evaluator.dispose();
  }
}

function valuesOf(groups: readonly GroupState[]): (readonly [string, Float32Array])[] {
  return groups.map(({ group, values }) => [group, values]);
}

/** Running statistics of the groups that have any. */
function statisticsOf(groups: readonly GroupState[]): (readonly [string, Float32Array])[] {
  return groups.flatMap(({ group, statistics }) => (statistics === null || statistics.length === 0 ? [] : [[group, statistics] as const]));
}

import { entryOf } from '@lethe/errors';
import { augment, gatherBatch, shardIndices, type DataSource, type GatheredBatch } from '@lethe/data';
import { addInto, combineSummaries, combineSummary } from '@lethe/optim';
import type { StepAssignment, TreeNode, Step, SummaryLayout } from '@lethe/protocol';
import type { CompiledStep, Engine, InputValues } from '@lethe/tensorflow';
import { dropoutSeeds } from './dropout-seeds.js';
import { RoundFeatures } from './round-features.js';
import type { RunDescription } from './run-description.js';
import type { StepClock } from './step-clock.js';
import { batchInputs, NETWORK_INPUT, scalarInputs } from './step-inputs.js';
import { compilePhase } from './compile-phase.js';

/** Gradient sum and combined summary of one or more shards. */
export interface NodeSum {
  readonly gradient: Float32Array;
  readonly summary: Float32Array;
}

/** The examples of every round, in any order of rounds. */
export interface Batches {
  /** Indices of the round's examples into the training set, [batchSize]. */
  round(round: number): Uint32Array;
}

export interface ShardGradientsOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  readonly data: DataSource;
  readonly batches: Batches;
  /** Greatest number of shards that one graph call computes side by side, to use all cores; changes no bit. */
  readonly parallelShards: number;
}

/** A shard's part of a round's batch, the same in all phases. */
interface Examples extends GatheredBatch {
  readonly round: number;
  /** The images before they were distorted; null where none are. */
  readonly undistorted: Float32Array | null;
}

/** The graphs of all phases for calls with one number of shards. */
interface PhaseGraphs {
  readonly steps: readonly CompiledStep[];
  readonly features: RoundFeatures;
}

/** Computes shards: batches in, gradients out. Everything it returns is a function of (parameters, assignment, run seed). */
export class ShardGradients {
  readonly #options: ShardGradientsOptions;
  /** Shards that a call computes at most: a power of two. */
  readonly #greatestWidth: number;
  /** By the number of shards that a call computes. */
  readonly #graphs = new Map<number, PhaseGraphs>();
  readonly #examples = new Map<number, Examples>();

  private constructor(options: ShardGradientsOptions) {
    this.#options = options;
    this.#greatestWidth = 2 ** Math.floor(Math.log2(Math.min(options.parallelShards, options.description.config.shards)));
  }

  /** Traces one graph for each phase, for calls with as many shards as this worker computes side by side. */
  static async compile(options: ShardGradientsOptions): Promise<ShardGradients> {
    const gradients = new ShardGradients(options);
    await gradients.#compile(gradients.#greatestWidth);
    return gradients;
  }

  /** Traces what these nodes need, if they have fewer shards than any before: tracing takes time, and most workers need one width alone. */
  async compileFor(nodes: readonly TreeNode[]): Promise<void> {
    for (const { count } of nodes) await this.#compile(Math.min(count, this.#greatestWidth));
  }

  /** Sums a node of the fixed tree, halves first: the same additions happen whichever worker computes which shards. */
  node(assignment: StepAssignment, node: TreeNode, networks: ReadonlyMap<string, InputValues>, clock: StepClock): NodeSum {
    if (node.count <= this.#greatestWidth) return this.#call(assignment, node, networks, clock);
    const half = node.count / 2;
    const left = this.node(assignment, { first: node.first, count: half }, networks, clock);
    return this.#add(assignment, left, this.node(assignment, { first: node.first + half, count: half }, networks, clock));
  }

  /** Networks that a phase reads, which may be some of those in their groups. */
  needs(phase: number): ReadonlySet<string> {
    const step = this.#graphs.get(this.#greatestWidth)?.steps[phase];
    if (step === undefined) throw new TypeError(`there is no phase ${phase}`);
    return new Set([...step.needs].filter((input) => input.startsWith(NETWORK_INPUT)).map((input) => input.slice(NETWORK_INPUT.length)));
  }

  /** Gathers the examples of an assignment in advance, while its parameters are on their way. */
  prepare({ round, nodes }: StepAssignment): void {
    for (const { first, count } of nodes) for (let shard = first; shard < first + count; shard += 1) this.#examplesOf(round, shard);
  }

  dispose(): void {
    for (const { steps, features } of this.#graphs.values()) {
      features.dispose();
      for (const step of steps) step.dispose();
    }
  }

  async #compile(width: number): Promise<void> {
    if (this.#graphs.has(width)) return;
    const { engine, description } = this.#options;
    const steps: CompiledStep[] = [];
    for (const phase of description.objective.phases.keys()) steps.push(await compilePhase({ engine, description, phase, width }));
    this.#graphs.set(width, { steps, features: RoundFeatures.of(engine, description, steps, width) });
  }

  /** Adds the right half to the left one, which it returns. */
  #add({ phase }: StepAssignment, left: NodeSum, right: NodeSum): NodeSum {
    addInto(left.gradient, right.gradient);
    combineSummary(left.summary, right.summary, this.#summaryOf(phase));
    return left;
  }

  #summaryOf(phase: number): SummaryLayout {
    const summary = this.#options.description.summaries[phase];
    if (summary === undefined) throw new TypeError(`there is no phase ${phase}`);
    return summary;
  }

  /** One graph call. */
  #call(assignment: StepAssignment, { first, count }: TreeNode, networks: ReadonlyMap<string, InputValues>, clock: StepClock): NodeSum {
    const graphs = this.#graphs.get(count);
    const step = graphs?.steps[assignment.phase];
    if (graphs === undefined || step === undefined) throw new TypeError(`phase ${assignment.phase} is not compiled for ${count} shards`);
    const inputs = clock.measure('input', () => ({
      ...Object.fromEntries([...networks].map(([name, vector]) => [`${NETWORK_INPUT}${name}`, vector])),
      ...scalarInputs(assignment.scalars),
      ...Object.fromEntries(
        Array.from({ length: count }, (_, shard) => Object.entries(this.#inputs(assignment, first + shard, shard))).flat(),
      ),
    }));
    const outputs = clock.measure('compute', () => step.run(inputs, graphs.features.of(assignment, first, inputs)));
    const summaries = Array.from({ length: count }, (_, shard) => entryOf(outputs, `summary.${shard}`, 'the step'));
    return { gradient: entryOf(outputs, 'gradient', 'the step'), summary: combineSummaries(summaries, this.#summaryOf(assignment.phase)) };
  }

  #inputs(step: Step, shard: number, position: number): Record<string, InputValues> {
    const { round: _, undistorted, ...batch } = this.#examplesOf(step.round, shard);
    const seeds = dropoutSeeds(this.#options.description.config.seed, step, shard);
    return {
      ...batchInputs(batch, `.${position}`),
      ...(undistorted === null ? {} : { [`undistorted.${position}`]: undistorted }),
      [`seeds.round.${position}`]: seeds.round, [`seeds.step.${position}`]: seeds.step,
    };
  }

  #examplesOf(round: number, shard: number): Examples {
    const kept = this.#examples.get(shard);
    return kept?.round === round ? kept : this.#gather(round, shard);
  }

  #gather(round: number, shard: number): Examples {
    const { description: { config, facts }, data: { train }, batches } = this.#options;
    const indices = shardIndices(batches.round(round), shard, config.shards);
    const batch = gatherBatch(train, indices, facts);
    const { augmentation } = config.data;
    const seen =
      augmentation === null
        ? { undistorted: null }
        : { images: augment(batch.images, facts.shape, augmentation, { seed: config.seed, round, shard }), undistorted: batch.images };
    const examples = { ...batch, ...seen, round };
    this.#examples.set(shard, examples);
    return examples;
  }
}

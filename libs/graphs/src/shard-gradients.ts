import { entryOf } from '@lethe/errors';
import { augment, gatherBatch, shardIndices, type DataSource, type GatheredBatch } from '@lethe/data';
import { addInto, combineSummaries, combineSummary } from '@lethe/optim';
import type { StepAssignment, TreeNode, Step, SummaryLayout } from '@lethe/protocol';
import type { CompiledStep, Engine, InputValues } from '@lethe/tensorflow';
import { dropoutSeeds } from './dropout-seeds.js';
import { RoundFeatures } from './round-features.js';
import type { RunDescription } from './run-description.js';
import type { StepClock } from './step-clock.js';
import { StepBatches, type OpenBatches } from './step-batches.js';
import { batchInputs, NETWORK_INPUT, scalarInputs, STATISTICS_INPUT } from './step-inputs.js';
import { compilePhase } from './compile-phase.js';

/** Gradient sum and combined summary of one or more shards. */
export interface NodeSum {
  readonly gradient: Float32Array;
  readonly summary: Float32Array;
}

/** What a step reads of the servers. */
export interface StepState {
  /** Parameters by network. */
  readonly networks: ReadonlyMap<string, InputValues>;
  /** Running statistics by group, of those groups that are in evaluation mode meanwhile. */
  readonly statistics: ReadonlyMap<string, Float32Array>;
}

/** What a phase needs of a state. */
export interface StepNeeds {
  readonly networks: ReadonlySet<string>;
  readonly statistics: ReadonlySet<string>;
}

export interface ShardGradientsOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  readonly data: DataSource;
  readonly openBatches: OpenBatches;
  /** Greatest number of shards that one graph call computes side by side, to use all cores; changes no bit. */
  readonly parallelShards: number;
}

/** A shard's part of a batch. */
interface Examples extends GatheredBatch {
  /** Of the batch. */
  readonly key: string;
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
  readonly #batches: StepBatches;

  private constructor(options: ShardGradientsOptions) {
    this.#options = options;
    this.#greatestWidth = 2 ** Math.floor(Math.log2(Math.min(options.parallelShards, options.description.config.shards)));
    this.#batches = new StepBatches(options.description.objective, options.openBatches);
  }

  /**
   * Traces one graph for each phase, for calls with as many shards as this worker computes side by side. A worker whose nodes have fewer
   * shards never calls these graphs: of them it has what a phase needs, and the errors of a game before it says that it is ready.
   */
  static async compile(options: ShardGradientsOptions): Promise<ShardGradients> {
    const gradients = new ShardGradients(options);
    await gradients.#compile(gradients.#greatestWidth);
    return gradients;
  }

  /** Traces what these nodes need and none before them did: tracing takes time, and most workers need one width alone. */
  async compileFor(nodes: readonly TreeNode[], clock: StepClock): Promise<void> {
    for (const { count } of nodes) {
      const width = Math.min(count, this.#greatestWidth);
      if (!this.#graphs.has(width)) await clock.measureAsync('compute', () => this.#compile(width));
    }
  }

  /** Sums a node of the fixed tree, halves first: the same additions happen whichever worker computes which shards. */
  node(assignment: StepAssignment, node: TreeNode, state: StepState, clock: StepClock): NodeSum {
    if (node.count <= this.#greatestWidth) return this.#call(assignment, node, state, clock);
    const half = node.count / 2;
    const left = this.node(assignment, { first: node.first, count: half }, state, clock);
    return this.#add(assignment, left, this.node(assignment, { first: node.first + half, count: half }, state, clock));
  }

  /** Networks that a phase reads, which may be some of those in their groups, and groups of which it reads the running statistics. */
  needs(phase: number): StepNeeds {
    const step = this.#graphs.get(this.#greatestWidth)?.steps[phase];
    if (step === undefined) throw new TypeError(`there is no phase ${phase}`);
    const named = (prefix: string): Set<string> => (
      new Set([...step.needs].filter((input) => input.startsWith(prefix)).map((input) => input.slice(prefix.length)))
    );
    return { networks: named(NETWORK_INPUT), statistics: named(STATISTICS_INPUT) };
  }

  /** Gathers the examples of an assignment in advance, while its parameters are on their way. */
  prepare(assignment: StepAssignment): void {
    for (const { first, count } of assignment.nodes) {
      for (let shard = first; shard < first + count; shard += 1) this.#examplesOf(assignment, shard);
    }
  }

  dispose(): void {
    for (const { steps, features } of this.#graphs.values()) {
      features.dispose();
      for (const step of steps) step.dispose();
    }
  }

  async #compile(width: number): Promise<void> {
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
  #call(assignment: StepAssignment, { first, count }: TreeNode, { networks, statistics }: StepState, clock: StepClock): NodeSum {
    const graphs = this.#graphs.get(count);
    const step = graphs?.steps[assignment.phase];
    if (graphs === undefined || step === undefined) throw new TypeError(`phase ${assignment.phase} is not compiled for ${count} shards`);
    const inputs = clock.measure('input', () => ({
      ...Object.fromEntries([...networks].map(([name, vector]) => [`${NETWORK_INPUT}${name}`, vector])),
      ...Object.fromEntries([...statistics].map(([name, vector]) => [`${STATISTICS_INPUT}${name}`, vector])),
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
    const { key: _, undistorted, ...batch } = this.#examplesOf(step, shard);
    const { config, objective: { batchPer } } = this.#options.description;
    const seeds = dropoutSeeds(config.seed, step, { shard, batchPer });
    return {
      ...batchInputs(batch, `.${position}`),
      ...(undistorted === null ? {} : { [`undistorted.${position}`]: undistorted }),
      [`seeds.round.${position}`]: seeds.round, [`seeds.step.${position}`]: seeds.step,
    };
  }

  #examplesOf(step: Step, shard: number): Examples {
    const kept = this.#examples.get(shard);
    return kept?.key === this.#batches.key(step) ? kept : this.#gather(step, shard);
  }

  #gather(step: Step, shard: number): Examples {
    const { description: { config, facts, objective }, data: { train } } = this.#options;
    const indices = shardIndices(this.#batches.indices(step), shard, config.shards);
    const batch = gatherBatch(train, indices, facts);
    const { augmentation } = config.data;
    const part = {
      seed: config.seed, round: step.round, shard, ...(objective.batchPer === 'round' ? {} : { step: [step.phase, step.innerStep] }),
    };
    const seen =
      augmentation === null
        ? { undistorted: null }
        : { images: augment(batch.images, facts.shape, augmentation, part), undistorted: batch.images };
    const examples = { ...batch, ...seen, key: this.#batches.key(step) };
    this.#examples.set(shard, examples);
    return examples;
  }
}

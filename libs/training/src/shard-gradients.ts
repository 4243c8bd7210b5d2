import { gatherImages, gatherLabels, oneHot, shardIndices, type DataSource } from '@lethe/data';
import { addInto, combineSummary } from '@lethe/optim';
import type { Lease, ShardBlock, Step, SummaryLayout } from '@lethe/protocol';
import type { CompiledStep, Engine, InputValues } from '@lethe/tensorflow';
import { dropoutSeeds } from './dropout-seeds.js';
import { phaseStep } from './phase-step.js';
import { RoundFeatures } from './round-features.js';
import type { RunDescription } from './run-description.js';

type PhaseComputation = CompiledStep<string, 'gradient' | 'summary'>;

/** Gradient sum and combined summary of one or more shards. */
export interface BlockSum {
  readonly gradient: Float32Array;
  readonly summary: Float32Array;
}

export interface StepTimes {
  inputMs: number;
  computeMs: number;
}

/** The examples of every round: an endless stream, read at random. */
export interface Batches {
  /** Indices of the round's examples into the training set, [batchSize]. */
  round(round: number): Uint32Array;
}

export interface ShardGradientsOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  readonly data: DataSource;
  readonly batches: Batches;
}

/** A shard's part of a round's batch, the same in all phases. */
interface Examples {
  readonly round: number;
  readonly images: Float32Array;
  readonly labels: Float32Array;
}

/** Computes shards: batches in, gradients out. Everything it returns is a function of (parameters, lease, run seed). */
export class ShardGradients {
  readonly #description: RunDescription;
  readonly #data: DataSource;
  readonly #batches: Batches;
  readonly #steps: readonly PhaseComputation[];
  readonly #features: RoundFeatures;
  readonly #examples = new Map<number, Examples>();

  private constructor({ description, data, batches }: ShardGradientsOptions, steps: readonly PhaseComputation[], features: RoundFeatures) {
    this.#features = features;
    this.#description = description;
    this.#data = data;
    this.#batches = batches;
    this.#steps = steps;
  }

  /** Traces one graph for each phase. */
  static async compile(options: ShardGradientsOptions): Promise<ShardGradients> {
    const { engine, description } = options;
    const steps: PhaseComputation[] = [];
    for (const phase of description.objective.phases.keys()) {
      const { name, step, signature } = phaseStep(description, phase, engine.operations);
      steps.push(await engine.compile(name, step, signature));
    }
    return new ShardGradients(options, steps, RoundFeatures.of(engine, description, steps));
  }

  /** Sums a block along the fixed tree: halves first, so that the same additions happen however the shards are dealt. */
  block(lease: Lease, block: ShardBlock, groups: ReadonlyMap<string, InputValues>, times: StepTimes): BlockSum {
    if (block.count === 1) return this.#shard(lease, block.first, groups, times);
    const half = block.count / 2;
    const left = this.block(lease, { first: block.first, count: half }, groups, times);
    const right = this.block(lease, { first: block.first + half, count: half }, groups, times);
    return addBlocks(left, right, this.#summary(lease));
  }

  dispose(): void {
    this.#features.dispose();
    for (const step of this.#steps) step.dispose();
  }

  #shard(lease: Lease, shard: number, groups: ReadonlyMap<string, InputValues>, times: StepTimes): BlockSum {
    const started = performance.now();
    const inputs = { ...this.#inputs(lease, shard), ...Object.fromEntries([...groups].map(([name, vector]) => [`group.${name}`, vector])), ...scalarInputs(lease) };
    const ready = performance.now();
    times.inputMs += ready - started;
    const step = this.#steps[lease.phase];
    if (step === undefined) throw new TypeError(`the lease names phase ${lease.phase}`);
    const { gradient, summary } = step.run(inputs, this.#features.of(lease, shard, inputs));
    times.computeMs += performance.now() - ready;
    return { gradient, summary };
  }

  #inputs(step: Step, shard: number): Record<string, InputValues> {
    const { config } = this.#description;
    const kept = this.#examples.get(shard);
    const examples = kept?.round === step.round ? kept : this.#gather(step.round, shard);
    this.#examples.set(shard, examples);
    const seeds = dropoutSeeds(config.seed, step, shard);
    return {
      images: examples.images,
      labels: examples.labels,
      'seeds.round': seeds.round,
      'seeds.step': seeds.step,
    };
  }

  #gather(round: number, shard: number): Examples {
    const { config, facts } = this.#description;
    const indices = shardIndices(this.#batches.round(round), shard, config.shards);
    return { round, images: gatherImages(this.#data.train, indices), labels: oneHot(gatherLabels(this.#data.train, indices), facts.classes.length) };
  }

  #summary(lease: Lease): SummaryLayout {
    const summary = this.#description.summaries[lease.phase];
    if (summary === undefined) throw new TypeError(`the lease names phase ${lease.phase}`);
    return summary;
  }
}

function scalarInputs({ scalars }: Lease): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [`scalar.${name}`, Float32Array.of(value)]));
}

function addBlocks(left: BlockSum, right: BlockSum, layout: SummaryLayout): BlockSum {
  addInto(left.gradient, right.gradient);
  combineSummary(left.summary, right.summary, layout);
  return left;
}

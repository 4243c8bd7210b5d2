import type { CompiledConfig } from './compile-config.js';
import {
  dataProblems, LEAST_OF_SHARD, multipleBelow, powerOfTwoBelow, trainingCounts, usualBatch, usualHeldOut,
  type DataCounts, type PartNeeds, type TrainingCounts,
} from './data-problems.js';
import { labelOf, originOf } from './layer.js';
import { problemsError, type Problem } from './problem.js';
import type { RunConfig } from './run-config.js';

/** A configuration that fits its data. */
export interface FittedConfig {
  readonly config: RunConfig;
  /** Sentences for the user: which of the recipe's settings are others now, and why. */
  readonly notices: readonly string[];
}

/** Flags of the settings that depend on the data. */
const FLAGS: Readonly<Record<string, string>> = {
  'data.heldOut': '--held-out', batchSize: '--batch-size', shards: '--shards', 'objective.betaRampRounds': '--beta-ramp-rounds',
};

/** More than this share of the labelled examples is not held out unless somebody asks for it. */
const MOST_HELD_OUT = 1 / 3;

/**
 * Fits those settings that nobody gave to the data: how much is held out, the batch and its shards. What fits stays as it is. How much is
 * held out is for the data to say, if they do, whatever was given.
 * @param needs a comparison has runs from a single population, whose part of a batch has to be enough for a shard
 * @throws LetheError CONFIG_INVALID naming all settings that were given and do not fit, with numbers that would do
 */
export function fitToData(compiled: ToFit, counts: DataCounts, needs?: PartNeeds): FittedConfig {
  const { problems, ...fitted } = fitSettings(compiled, counts, needs);
  if (problems.length > 0) throw problemsError(problems);
  return fitted;
}

/** A configuration and where its values were given. */
export type ToFit = Pick<CompiledConfig, 'config' | 'origins'>;

/** The same, with the problems of settings that were given and do not fit. */
export function fitSettings(
  { config, origins }: ToFit, counts: DataCounts, needs: PartNeeds = { leastOfEach: 1 },
): FittedConfig & { readonly problems: readonly Problem[] } {
  const isGiven = (path: string): boolean => originOf(origins, path) !== undefined;
  const label = (path: string): string => (isGiven(path) ? labelOf(origins, path) : (FLAGS[path] ?? path));
  const needed = trainingCounts(counts);
  const fitted = new Fitting(config, needed, isGiven).fit(needs);
  return { ...fitted, problems: dataProblems(fitted.config, needed, label, needs) };
}

/** What a recipe says, and what becomes of it. */
class Fitting {
  readonly #counts: TrainingCounts;
  readonly #isGiven: (path: string) => boolean;
  readonly #notices: string[] = [];
  readonly #recipe: RunConfig;

  constructor(recipe: RunConfig, counts: TrainingCounts, isGiven: (path: string) => boolean) {
    this.#recipe = recipe;
    this.#counts = counts;
    this.#isGiven = isGiven;
  }

  fit(needs: PartNeeds): FittedConfig {
    const { data, batchSize, cluster } = this.#recipe;
    const heldOut = this.#heldOut();
    const shards = this.#isGiven('shards') ? this.#recipe.shards : this.#shards(heldOut, needs);
    const batch = this.#isGiven('batchSize') ? batchSize : this.#batch(heldOut, shards, needs);
    // No more workers than shards, as by default.
    const workers = this.#isGiven('cluster.workers') ? cluster.workers : Math.min(cluster.workers, shards);
    const config = {
      ...this.#recipe, data: { ...data, heldOut }, batchSize: batch, shards, objective: this.#objective(heldOut, batch),
      cluster: workers === cluster.workers ? cluster : { ...cluster, workers, awaitWorkers: Math.min(cluster.awaitWorkers, workers) },
    };
    return { config: this.#notices.length === 0 ? this.#recipe : config, notices: this.#notices };
  }

  /** Of few rounds, half are left to play with all of the weight of hiding. */
  #objective(heldOut: number, batch: number): RunConfig['objective'] {
    const { objective, rounds, epochs } = this.#recipe;
    if (objective.kind !== 'forgetting' || this.#isGiven('objective.betaRampRounds')) return objective;
    const played = rounds ?? Math.floor(((epochs ?? 1) * Math.max(0, this.#counts.all - heldOut)) / batch);
    const most = Math.floor(played / 2);
    const { betaRampRounds: before } = objective;
    if (before <= most) return objective;
    const why = `the run has ${shownCount(played)} rounds`;
    return { ...objective, betaRampRounds: this.#changed('objective.betaRampRounds', before, most, why) };
  }

  #heldOut(): number {
    const { data: { heldOut }, batchSize } = this.#recipe;
    const { all, labelled, present, heldOut: own } = this.#counts;
    if (own !== null) return this.#changed('data.heldOut', heldOut, own, `the data hold out ${of(own)}`);
    if (this.#isGiven('data.heldOut')) return heldOut;
    // A batch that was asked for has to fit into what is left, if it can.
    const room = present === null && this.#isGiven('batchSize') && batchSize < all ? all - batchSize : all;
    if (heldOut <= Math.min(room, labelled * MOST_HELD_OUT)) return heldOut;
    return this.#changed('data.heldOut', heldOut, Math.min(heldOut, room, usualHeldOut(labelled)), `the data has ${of(all)}`);
  }

  #shards(heldOut: number, { leastOfEach }: PartNeeds): number {
    const { shards, batchSize } = this.#recipe;
    const { all, present } = this.#counts;
    const left = all - heldOut;
    if (present === null) {
      if (left < LEAST_OF_SHARD || left >= LEAST_OF_SHARD * shards) return shards;
      return this.#changed('shards', shards, powerOfTwoBelow(left / LEAST_OF_SHARD), `${of(left)} to train on`);
    }
    if (!this.#isGiven('batchSize')) return shards;
    for (let fewer = shards; fewer >= 1; fewer /= 2) {
      const unit = fewer * present;
      if (batchSize % unit !== 0 || batchSize < leastOfEach * unit) continue;
      return fewer === shards ? shards : this.#changed('shards', shards, fewer, `a batch of ${batchSize} from ${present} domains`);
    }
    return shards;
  }

  #batch(heldOut: number, shards: number, { leastOfEach }: PartNeeds): number {
    const { batchSize, data } = this.#recipe;
    const { all, present } = this.#counts;
    if (present !== null) {
      const unit = shards * present;
      if (batchSize % unit === 0 && batchSize >= leastOfEach * unit) return batchSize;
      const fitting = multipleBelow(batchSize, unit, LEAST_OF_SHARD);
      return this.#changed('batchSize', batchSize, fitting, `equal parts of ${present} domains in ${shards} ${named(shards, 'shard')}`);
    }
    const left = all - heldOut;
    const usual = usualBatch(left, shards, batchSize);
    // Small data have more rounds of smaller batches: an epoch of one or two would teach nothing.
    const fits = heldOut === data.heldOut ? batchSize <= left : batchSize <= usual;
    if (fits && batchSize % shards === 0) return batchSize;
    return this.#changed('batchSize', batchSize, usual, `${of(left)} to train on`);
  }

  #changed(path: string, before: number, after: number, why: string): number {
    const whose = this.#isGiven(path) ? '' : 'the recipe\'s ';
    const said = `${FLAGS[path] ?? path} ${shownCount(after)} instead of ${whose}${shownCount(before)}: ${why}`;
    if (after !== before) this.#notices.push(said);
    return after;
  }
}

function of(examples: number): string {
  return `${shownCount(examples)} training ${named(examples, 'example')}`;
}

function named(count: number, name: string): string {
  return count === 1 ? name : `${name}s`;
}

function shownCount(count: number): string {
  return count.toLocaleString('en-US');
}

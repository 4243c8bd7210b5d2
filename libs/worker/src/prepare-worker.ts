import type { RunConfig } from '@lethe/config';
import { splitHeldOut, type DataFacts, type DataSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import type { Evaluate, Welcome } from '@lethe/protocol';
import type { Engine, InputValues } from '@lethe/tensorflow';
import { describeRun, type RunDescription } from '@lethe/graphs';
import { ShardGradients, type Batches } from '@lethe/graphs';

/** Computes evaluation tasks; provided by the evaluation library, so that training does not know what is measured. */
export interface Evaluator {
  evaluate(task: Evaluate, groups: ReadonlyMap<string, InputValues>, statistics: ReadonlyMap<string, Float32Array>): Promise<Float32Array>;
  dispose(): void;
}

export interface EvaluatorOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  readonly data: DataSource;
  /** Indices of the training images that are held out. */
  readonly heldOut: Uint32Array;
}

export interface PrepareOptions {
  readonly engine: Engine;
  /** Shards to compute side by side. */
  readonly parallelShards: number;
  readonly openData: (config: RunConfig) => Promise<DataSource>;
  /** The examples of every round, out of the indices that may be trained on. */
  readonly openBatches: (config: RunConfig, data: DataSource, training: Uint32Array) => Batches;
  readonly openEvaluator: (options: EvaluatorOptions) => Evaluator;
}

/** What a worker computes with, the same in all epochs of a run. */
export interface PreparedWorker {
  readonly description: RunDescription;
  readonly gradients: Pick<ShardGradients, 'needs' | 'prepare' | 'node' | 'dispose'>;
  readonly evaluator: Evaluator;
}

/** Loads the data that a welcome names and makes the graphs. */
export async function prepareWorker({ engine, openData, openBatches, openEvaluator, parallelShards }: PrepareOptions, welcome: Welcome): Promise<PreparedWorker> {
  const config = JSON.parse(welcome.configJson) as RunConfig;
  const facts = JSON.parse(welcome.dataJson) as DataFacts;
  const data = await openData(config);
  const description = describeRun(config, data.facts);
  refuseStrangeRun(welcome, facts, description);
  const { training, heldOut } = splitHeldOut(data.train.labels, config.data.heldOut, config.seed);
  const gradients = await ShardGradients.compile({ engine, description, data, batches: openBatches(config, data, training), parallelShards });
  return { description, gradients, evaluator: openEvaluator({ engine, description, data, heldOut }) };
}

/** This worker's data or code differs from the coordinator's: what it would compute belongs to another run. */
function refuseStrangeRun({ schemaHash }: Welcome, facts: DataFacts, description: RunDescription): void {
  if (facts.fingerprint !== description.facts.fingerprint) {
    throw new LetheError('DATA_INVALID', `this worker's data differs from the coordinator's: expected fingerprint ${facts.fingerprint}, found ${description.facts.fingerprint}`);
  }
  if (schemaHash !== description.schemaHash) {
    throw new LetheError('SCHEMA_MISMATCH', `this worker lays out the parameters as ${description.schemaHash}, the coordinator as ${schemaHash}: they run different versions of Lethe`);
  }
}

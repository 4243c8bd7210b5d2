import { loadCode } from '@lethe/code';
import type { RunConfig } from '@lethe/config';
import { splitHeldOut, type DataFacts, type DataSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { describeRun, ShardGradients, type Batches, type RunDescription } from '@lethe/graphs';
import type { Evaluate, Welcome } from '@lethe/protocol';
import type { Engine, InputValues } from '@lethe/tensorflow';

/** Computes evaluation tasks. The evaluation library implements it: a worker does not know what is measured. */
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
  /** Whether code that the run brings may be loaded: it can do here whatever this user can. */
  readonly allowCode: boolean;
  readonly openData: (config: RunConfig) => Promise<DataSource>;
  /** The examples of every round, or of every step of a phase (`stream`), out of the indices that may be trained on. */
  readonly openBatches: (config: RunConfig, data: DataSource, training: Uint32Array, stream: string | null) => Batches;
  readonly openEvaluator: (options: EvaluatorOptions) => Evaluator;
}

/** What a worker computes with, the same in all epochs of a run. */
export interface PreparedWorker {
  readonly description: RunDescription;
  readonly gradients: Pick<ShardGradients, 'compileFor' | 'needs' | 'prepare' | 'node' | 'dispose'>;
  readonly evaluator: Evaluator;
}

/** Loads the code that a welcome brings and the data that it names, and makes the graphs. */
export async function prepareWorker(options: PrepareOptions, welcome: Welcome): Promise<PreparedWorker> {
  const { engine, openData, openBatches, openEvaluator, parallelShards } = options;
  const config = JSON.parse(welcome.configJson) as RunConfig;
  const facts = JSON.parse(welcome.dataJson) as DataFacts;
  if (!options.allowCode) refuseCode(welcome);
  for (const code of welcome.code) await loadCode(code);
  const data = await openData(config);
  const description = describeRun(config, data.facts);
  checkSameRun(welcome, facts, description);
  const { training, heldOut } = splitHeldOut(data, config.data.heldOut, config.seed);
  const gradients = await ShardGradients.compile({
    engine, description, data, parallelShards, openBatches: (stream) => openBatches(config, data, training, stream),
  });
  return { description, gradients, evaluator: openEvaluator({ engine, description, data, heldOut }) };
}

/** @throws LetheError CODE_REFUSED if the run brings code */
function refuseCode({ code }: Welcome): void {
  if (code.length === 0) return;
  const found = code.map(({ role, name, sha256 }) => `the ${role} ${name} (${sha256.slice(0, 12)})`).join(' and ');
  const remedy = 'if you trust whoever started the run, start the worker with --allow-code: the code can do here whatever your user can';
  throw new LetheError('CODE_REFUSED', `this worker takes no code from a run, and this one brings ${found}; ${remedy}`);
}

/** @throws LetheError DATA_INVALID or SCHEMA_MISMATCH if this worker's data or code would compute another run than the coordinator's */
function checkSameRun({ schemaHash }: Welcome, expected: DataFacts, { facts, schemaHash: ownHash }: RunDescription): void {
  if (expected.fingerprint !== facts.fingerprint) {
    const fingerprints = `expected fingerprint ${expected.fingerprint}, found ${facts.fingerprint}`;
    throw new LetheError('DATA_INVALID', `this worker's data differs from the coordinator's: ${fingerprints}`);
  }
  if (schemaHash !== ownHash) {
    const layouts = `this worker lays out the parameters as ${ownHash}, the coordinator as ${schemaHash}`;
    throw new LetheError('SCHEMA_MISMATCH', `${layouts}: they run different versions of Lethe`);
  }
}

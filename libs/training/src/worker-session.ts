import { Readable } from 'node:stream';
import type { RunConfig } from '@lethe/config';
import { splitHeldOut, type DataFacts, type DataSource } from '@lethe/data';
import { LetheError, errorCode, errorMessage } from '@lethe/errors';
import { checkOrigin, decodeMessage, encodeMessage, type Evaluate, type Heartbeat, type Lease, type MessageBody, type Origin, type Welcome } from '@lethe/protocol';
import type { Engine, InputValues } from '@lethe/tensorflow';
import type { Connection, Transport, Trust } from '@lethe/transport';
import { LeaseExecution } from './lease-execution.js';
import { ParameterClient } from './parameter-client.js';
import { describeRun, type RunDescription } from './run-description.js';
import { ShardGradients, type Batches } from './shard-gradients.js';

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

export interface WorkerOptions {
  readonly transport: Transport;
  readonly controlAddress: string;
  readonly trust: Trust;
  /** A worker that was started by hand leaves the run empty: the welcome names it. */
  readonly origin: Origin;
  readonly engine: Engine;
  /** Everything about this machine and engine that could change a bit. */
  readonly fingerprint: string;
  readonly host: string;
  /** Shards to compute side by side. */
  readonly parallelShards: number;
  readonly openData: (config: RunConfig) => Promise<DataSource>;
  /** The examples of every round, out of the indices that may be trained on. */
  readonly openBatches: (config: RunConfig, data: DataSource, training: Uint32Array) => Batches;
  readonly openEvaluator: (options: EvaluatorOptions) => Evaluator;
}

type Work = Lease | Evaluate;

const HEARTBEAT_MS = 1000;

/** A version that takes longer than this many times the stall limit will not come: the coordinator has given up before. */
const PULL_PATIENCE = 3;

/**
 * Takes part in a run until the coordinator says goodbye: registers, loads what the welcome names, then computes leases
 * and evaluations in the order they come.
 *
 * @throws whatever went wrong, after telling the coordinator.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { transport, controlAddress, origin, trust } = options;
  const control = await transport.connect(controlAddress, { identity: origin.incarnation, ...trust });
  const session = new WorkerSession(options, control);
  try {
    await session.run();
  } finally {
    await control.close();
  }
}

class WorkerSession {
  readonly #options: WorkerOptions;
  readonly #control: Connection;
  #origin: Origin;
  readonly #work = new Readable({ objectMode: true, read: () => undefined });
  #doing: Heartbeat = { kind: 'heartbeat', round: 0, phase: '', turn: 0, residentBytes: 0 };
  #working: Promise<void> = Promise.resolve();

  constructor(options: WorkerOptions, control: Connection) {
    this.#options = options;
    this.#control = control;
    this.#origin = options.origin;
  }

  async run(): Promise<void> {
    const { fingerprint, host, engine } = this.#options;
    await this.#send({ kind: 'register', role: 'worker', host, processId: process.pid, fingerprint, address: '', device: `${engine.device}, ${engine.name} ${engine.version}` });
    const heartbeat = setInterval(() => { void this.#send({ ...this.#doing, residentBytes: process.memoryUsage.rss() }).catch(() => undefined); }, HEARTBEAT_MS);
    try {
      await Promise.race([this.#listen(), this.#failure()]);
      this.#work.push(null);
      await this.#working;
    } finally {
      clearInterval(heartbeat);
      this.#work.destroy();
    }
  }

  /** Rejects when the work fails; pending as long as it goes well. */
  #fail: (error: unknown) => void = () => undefined;
  #failure(): Promise<never> {
    return new Promise((_, reject) => { this.#fail = reject; });
  }

  async #listen(): Promise<void> {
    for await (const frames of this.#control.messages) {
      const { origin, body } = decodeMessage(frames);
      const { runId, epoch } = this.#origin;
      // Who was started by hand learns the run from the welcome.
      const stranger = runId === '' ? null : checkOrigin(origin, { runId, epoch });
      if (stranger !== null) throw new LetheError(stranger.code, `the coordinator: ${stranger.message}`);
      switch (body.kind) {
        case 'welcome':
          this.#origin = { ...this.#origin, runId: origin.runId, epoch: origin.epoch, sender: body.name };
          this.#working = this.#loadAndWork(body).catch((error: unknown) => this.#report(error));
          break;
        case 'lease':
        case 'evaluate':
          this.#work.push(body);
          break;
        case 'shutdown':
          return;
        case 'refused':
          throw new LetheError(body.code, `the coordinator refused this worker: ${body.message}`);
        default:
          throw new LetheError('MESSAGE_MALFORMED', `the coordinator sent a ${body.kind} to a worker`);
      }
    }
  }

  async #loadAndWork(welcome: Welcome): Promise<void> {
    const config = JSON.parse(welcome.configJson) as RunConfig;
    const facts = JSON.parse(welcome.dataJson) as DataFacts;
    const { engine, transport, trust, openData, openBatches, openEvaluator } = this.#options;
    const data = await openData(config);
    const description = describeRun(config, data.facts);
    refuseStrangeRun(welcome, facts, description);
    const { training, heldOut } = splitHeldOut(data.train.labels, config.data.heldOut, config.seed);
    const gradients = await ShardGradients.compile({ engine, description, data, batches: openBatches(config, data, training), parallelShards: this.#options.parallelShards });
    const evaluator = openEvaluator({ engine, description, data, heldOut });
    const parameters = await ParameterClient.connect({
      transport, origin: this.#origin, trust, schemaHash: welcome.schemaHash,
      addresses: [...welcome.servers].sort((a, b) => a.index - b.index).map(({ address }) => address),
      deadlineMs: PULL_PATIENCE * config.cluster.stallSeconds * 1000,
    });
    const execution = new LeaseExecution({ engine, description, gradients, evaluator, parameters });
    try {
      await this.#send({ kind: 'ready' });
      for await (const work of this.#work as AsyncIterable<Work>) {
        this.#doing = work.kind === 'lease'
          ? { ...this.#doing, round: work.round, phase: description.objective.phases[work.phase]?.name ?? '', turn: work.turn }
          : { ...this.#doing, phase: `evaluation of ${work.split}` };
        await this.#send(await execution.execute(work));
      }
    } finally {
      await parameters.close();
      execution.dispose();
      gradients.dispose();
      evaluator.dispose();
    }
  }

  async #report(error: unknown): Promise<void> {
    await this.#send({ kind: 'failed', code: errorCode(error) ?? 'UNEXPECTED', message: errorMessage(error) });
    this.#fail(error);
  }

  async #send(body: MessageBody): Promise<void> {
    await this.#control.send(encodeMessage({ origin: this.#origin, body }));
  }
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

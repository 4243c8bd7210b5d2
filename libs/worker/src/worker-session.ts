import type { RunConfig } from '@lethe/config';
import { LetheError, errorCode, errorMessage } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import type { Activity, OpenHeartbeat, HeartbeatSender, WorkerStatus } from '@lethe/membership';
import {
  checkOrigin, decodeMessage, encodeMessage, isPermitted, largestFrame, type Message, type MessageBody, type Origin, type Welcome,
} from '@lethe/protocol';
import type { Engine } from '@lethe/tensorflow';
import { noLog, type Log, type LogFields } from '@lethe/telemetry/log';
import { addressVia, type Connection, type ConnectOptions, type Transport, type Trust } from '@lethe/transport';
import { AssignmentExecutor } from './assignment-executor.js';
import { JoinDeadline, JoinProgress, type Joining } from './joining.js';
import { ParameterClient } from './parameter-client.js';
import type { PreparedWorker } from './prepare-worker.js';
import { WorkerEpoch, type Work } from './worker-epoch.js';

export interface WorkerOptions {
  readonly transport: Transport;
  readonly controlAddress: string;
  readonly trust: Trust;
  /** A worker that was started by hand leaves the run empty: the welcome names it. */
  readonly origin: Origin;
  readonly engine: Pick<Engine, 'name' | 'version' | 'device' | 'hold' | 'vector'>;
  /** Everything about this machine and engine that could change a bit. */
  readonly fingerprint: string;
  readonly host: string;
  /** Loads what the welcome names; see `prepareWorker`. */
  readonly prepare: (welcome: Welcome) => Promise<PreparedWorker>;
  readonly openHeartbeat: OpenHeartbeat;
  readonly log?: Log;
  /** For a worker that was started by hand; a worker that its coordinator started is supervised by the coordinator. */
  readonly joining?: Joining | null;
}

/** Of heartbeats until the welcome says how often they are sent, and how long the coordinator may be silent. */
const FIRST_INTERVALS = { intervalMs: 250, silenceMs: 60_000 } as const;
/** What means something to a worker that has not heard of the epoch yet. */
const OF_ANY_EPOCH: ReadonlySet<MessageBody['kind']> = new Set(['welcome', 'refused', 'shutdown']);
const IDLE: Activity = { round: 0, phase: '', innerStep: 0 };

/** A worker registers again when the coordinator has not answered by then. */
const REGISTER_AGAIN_MS = 1000;

/** A version that takes longer than this many times the stall limit will not come: the coordinator has given up before. */
const PULL_PATIENCE = 3;

/**
 * Takes part in a run until the coordinator ends it: registers, loads what the welcome names, then computes assignments and evaluations in
 * the order of arrival. Another welcome begins another epoch, perhaps with other servers.
 *
 * @throws whatever went wrong, after reporting it to the coordinator
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { transport, controlAddress, origin, trust, joining = null } = options;
  const deadline = joining === null ? null : new JoinDeadline(controlAddress, joining);
  const onEvent: ConnectOptions['onEvent'] = ({ kind }) => { if (kind === 'connected') deadline?.connected(); };
  try {
    const control = await transport.connect(controlAddress, { identity: origin.incarnation, ...trust, onEvent });
    const session = new WorkerSession(options, control, deadline);
    await session.run().finally(() => control.close());
  } finally {
    deadline?.end();
  }
}

class WorkerSession {
  readonly #options: WorkerOptions;
  readonly #control: Connection;
  readonly #heartbeats: HeartbeatSender;
  readonly #joinDeadline: JoinDeadline | null;
  readonly #progress: JoinProgress | null;
  readonly #log: Log;
  #status: WorkerStatus;
  #prepared: Promise<PreparedWorker> | null = null;
  /** The epoch that this worker works in. */
  #epoch: WorkerEpoch | null = null;
  /** The epoch that it will work in when all servers have answered. */
  #connecting: WorkerEpoch | null = null;
  /** The number in the last welcome. */
  #welcomedEpoch: number | null = null;
  #hasEnded = false;
  /** Work that came before everything was loaded. */
  #early: Work[] = [];
  #working: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => undefined;
  readonly #failure: Promise<never>;

  /** @param joinDeadline for the coordinator's first answer */
  constructor(options: WorkerOptions, control: Connection, joinDeadline: JoinDeadline | null) {
    this.#options = options;
    this.#joinDeadline = joinDeadline;
    this.#progress = options.joining ? new JoinProgress(options.joining.notice) : null;
    this.#control = control;
    this.#log = options.log ?? noLog();
    this.#failure = new Promise((_, reject) => { this.#fail = reject; });
    joinDeadline?.expired.catch((error: unknown) => { this.#fail(error); });
    this.#status = { origin: options.origin, activity: IDLE, ...FIRST_INTERVALS };
    this.#heartbeats = options.openHeartbeat(
      this.#status,
      () => { this.#orphaned(); },
      (cause) => {
        const error = new Error(`its heartbeats cannot be sent any more: ${cause.message}`, { cause });
        this.#report(error).catch(() => undefined);
      },
    );
  }

  async run(): Promise<void> {
    // As long as there is no answer, the registration may have been lost.
    const registering = setInterval(() => {
      if (this.#welcomedEpoch === null) this.#register().catch((error: unknown) => { this.#fail(error); });
      else clearInterval(registering);
    }, REGISTER_AGAIN_MS);
    try {
      await this.#register();
      await Promise.race([this.#listen(), this.#failure]);
    } finally {
      clearInterval(registering);
      this.#hasEnded = true;
      this.#leave();
      this.#progress?.stop();
      await this.#working.catch(() => undefined);
      await this.#dispose();
      await this.#heartbeats.stop();
    }
  }

  async #register(): Promise<void> {
    const { fingerprint, host, engine: { name, version, device } } = this.#options;
    const engine = `${device}, ${name} ${version}`;
    await this.#send({ kind: 'register', role: 'worker', host, processId: process.pid, fingerprint, address: '', device: engine });
  }

  async #listen(): Promise<void> {
    for await (const frames of this.#control.messages) {
      const message = decodeMessage(frames);
      const { origin, body } = message;
      this.#joinDeadline?.end();
      if (!this.#isOfEpoch(message)) continue;
      if (!isPermitted(body.kind, 'coordinator', 'worker')) {
        throw new LetheError('MESSAGE_FORBIDDEN', `the coordinator sent a ${body.kind} to a worker`);
      }
      switch (body.kind) {
        case 'welcome':
          this.#welcomed(origin, body);
          break;
        case 'stepAssignment':
        case 'evaluate':
          if (this.#epoch === null) this.#early.push(body);
          else this.#epoch.take(body);
          break;
        case 'shutdown':
          this.#log.info({ reason: body.reason }, 'the coordinator ends this worker');
          this.#progress?.ended(body.reason);
          return;
        case 'refused':
          throw new LetheError(body.code, `the coordinator refused this worker: ${body.message}`, { details: { ending: 'thrown out' } });
        default: // the answer to a heartbeat, which comes to the heartbeats' connection too
      }
    }
  }

  /**
   * Whether a message is of the current epoch, not of an earlier one. A worker that was started by hand learns the run from the welcome,
   * and every worker the epoch; the run can end in any epoch. A refusal may leave the run empty.
   *
   * @throws LetheError for a message of another run
   */
  #isOfEpoch({ origin, body }: Message): boolean {
    const { runId, epoch } = this.#status.origin;
    if (runId === '' || (body.kind === 'refused' && origin.runId === '')) return true;
    const refusal = checkOrigin(origin, { runId, ...(OF_ANY_EPOCH.has(body.kind) ? {} : { epoch }) });
    if (refusal !== null && refusal.code !== 'EPOCH_STALE') throw new LetheError(refusal.code, `the coordinator: ${refusal.message}`);
    return refusal === null;
  }

  /** Ends what was under way and begins the epoch of the welcome; one that comes again asks whether this worker is ready. */
  #welcomed({ runId, epoch }: Origin, welcome: Welcome): void {
    if (epoch === this.#welcomedEpoch) {
      if (this.#epoch !== null) this.#send({ kind: 'ready' }).catch((error: unknown) => { this.#fail(error); });
      return;
    }
    this.#welcomedEpoch = epoch;
    const { cluster } = JSON.parse(welcome.configJson) as RunConfig;
    const origin = { ...this.#status.origin, runId, epoch, sender: welcome.name };
    this.#update({ origin, intervalMs: cluster.heartbeatSeconds * 1000, silenceMs: cluster.stallSeconds * 1000 });
    this.#locate(welcome.name);
    this.#log.info({ servers: welcome.servers.map(({ address }) => address) }, `welcome to epoch ${epoch}`);
    this.#progress?.welcomed(runId, welcome.name);
    this.#leave();
    this.#early = [];
    this.#working = this.#working.then(() => this.#work(welcome, origin)).catch((error: unknown) => this.#report(error));
  }

  /** Works in the epoch of the welcome, until it is over. */
  async #work(welcome: Welcome, origin: Origin): Promise<void> {
    const startedMs = performance.now();
    const prepared = await (this.#prepared ??= this.#options.prepare(welcome));
    this.#log.info({ seconds: secondsSince(startedMs) }, 'the data are loaded, and the graphs are made');
    if (this.#isOver(origin)) return;
    const parameters = await this.#connectServers(welcome, origin, prepared);
    const executor = new AssignmentExecutor({ ...prepared, engine: this.#options.engine, parameters });
    const epoch = this.#createEpoch(origin, { parameters, executor, description: prepared.description });
    try {
      // If the epoch was left while the servers were connected to, nothing was closed, and the servers may never answer.
      if (this.#isOver(origin)) return;
      this.#connecting = epoch;
      await this.#reach(parameters, origin);
      if (this.#connecting !== epoch) return;
      this.#connecting = null;
      this.#epoch = epoch;
      for (const work of this.#early.splice(0)) epoch.take(work);
      await this.#send({ kind: 'ready' }, origin);
      this.#log.info({}, 'ready for work');
      this.#progress?.ready();
      await epoch.run();
    } catch (error) {
      // It was left, and closed, before all servers had answered.
      if (this.#connecting === null && this.#epoch !== epoch) return;
      throw error;
    } finally {
      epoch.close();
      executor.dispose();
    }
  }

  async #connectServers({ servers, schemaHash }: Welcome, origin: Origin, { description }: PreparedWorker): Promise<ParameterClient> {
    const { transport, trust, controlAddress } = this.#options;
    const { connections, stallSeconds } = description.config.cluster;
    const ordered = [...servers].sort((a, b) => a.index - b.index);
    return ParameterClient.connect({
      transport, origin, schemaHash, connections,
      trust: { ...trust, maxFrameBytes: largestFrame(description) },
      addresses: ordered.map(({ address }) => addressVia(address, controlAddress)),
      deadlineMs: PULL_PATIENCE * stallSeconds * 1000,
      onRefused: (error) => { this.#report(error).catch(() => undefined); },
    });
  }

  #createEpoch(origin: Origin, { parameters, executor, description }: EpochParts): WorkerEpoch {
    return new WorkerEpoch({
      executor, parameters, phases: description.objective.phases,
      onBegun: (work) => {
        this.#update({ activity: activityOf(work, description) });
        this.#log.debug(factsOf(work), work.kind === 'evaluate' ? 'an evaluation begins' : 'a step begins');
        this.#progress?.begins(work.kind === 'evaluate' ? `an evaluation of ${work.split}` : `round ${work.round + 1}`);
      },
      send: (result) => this.#send(result, origin),
    });
  }

  /** Whether the epoch is over, or all of them are. */
  #isOver({ epoch }: Origin): boolean {
    return this.#hasEnded || this.#status.origin.epoch !== epoch;
  }

  /** A worker that cannot reach a server is not ready: the run would wait for what it is assigned. */
  async #reach(parameters: ParameterClient, origin: Origin): Promise<void> {
    await parameters.reached((server, address) => {
      this.#log.warn({ address }, `parameter-server-${server + 1} cannot be reached yet`);
      this.#progress?.cannotReach(`parameter-server-${server + 1}`, address);
      this.#send({ kind: 'unreached', server, address }, origin).catch(() => undefined);
    });
  }

  #leave(): void {
    this.#epoch?.close();
    this.#connecting?.close();
    this.#epoch = null;
    this.#connecting = null;
  }

  async #dispose(): Promise<void> {
    const prepared = await this.#prepared?.catch(() => null);
    prepared?.gradients.dispose();
    prepared?.evaluator.dispose();
  }

  #update(changed: Partial<WorkerStatus>): void {
    this.#status = { ...this.#status, ...changed };
    this.#heartbeats.update(this.#status);
  }

  #orphaned(): void {
    const silence = `the coordinator has been silent for ${this.#status.silenceMs / 1000} s`;
    this.#fail(new LetheError('PROCESS_STALLED', silence, { details: { ending: 'orphaned' } }));
  }

  /** What every line of the log says from now on. */
  #locate(name: string): void {
    this.#log.position = () => {
      const { origin: { runId, epoch }, activity: { round, phase } } = this.#status;
      const [run = ''] = runId.split('/');
      return { process: name, run, epoch, ...(phase === '' ? {} : { round: round + 1, phase }) };
    };
  }

  async #report(error: unknown): Promise<void> {
    await this.#send({ kind: 'failed', code: errorCode(error) ?? 'UNEXPECTED', message: errorMessage(error) });
    this.#fail(error);
  }

  async #send(body: MessageBody, origin = this.#status.origin): Promise<void> {
    await this.#control.send(encodeMessage({ origin, body }));
  }
}

interface EpochParts {
  readonly parameters: ParameterClient;
  readonly executor: AssignmentExecutor;
  readonly description: RunDescription;
}

function secondsSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) / 100) / 10;
}

function factsOf(work: Work): LogFields {
  if (work.kind === 'evaluate') return { evaluation: work.evaluation, split: work.split, first: work.first, count: work.count };
  const { innerStep, generation, nodes, produces } = work;
  return { innerStep: innerStep + 1, generation, nodes, version: produces };
}

function activityOf(work: Work, { objective }: RunDescription): Activity {
  if (work.kind === 'evaluate') return { ...IDLE, phase: `evaluation of ${work.split}` };
  return { round: work.round, phase: objective.phases[work.phase]?.name ?? '', innerStep: work.innerStep };
}

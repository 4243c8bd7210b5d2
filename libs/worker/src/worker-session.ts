import type { RunConfig } from '@lethe/config';
import { LetheError, errorCode, errorMessage } from '@lethe/errors';
import type { Activity, OpenHeartbeat, HeartbeatSender, WorkerStatus } from '@lethe/membership';
import { checkOrigin, decodeMessage, encodeMessage, isPermitted, largestFrame, type MessageBody, type Origin, type Welcome } from '@lethe/protocol';
import type { Engine } from '@lethe/tensorflow';
import { addressVia, type Connection, type ConnectOptions, type Transport, type Trust } from '@lethe/transport';
import { WorkerEpoch, type Work } from './worker-epoch.js';
import { JoinProgress } from './join-progress.js';
import { JoinDeadline, type Joining } from './join-deadline.js';
import { AssignmentExecutor } from './assignment-executor.js';
import { ParameterClient } from './parameter-client.js';
import type { PreparedWorker } from './prepare-worker.js';
import type { RunDescription } from '@lethe/graphs';

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
  /** For a worker that was started by hand; one that its coordinator starts is watched by it. */
  readonly joining?: Joining | null;
}

/** Until the welcome says how often, and how long. */
const FIRST_PULSE = { intervalMs: 250, silenceMs: 60_000 } as const;
/** What means something to a worker that has not heard of the epoch yet. */
const OF_ANY_EPOCH: ReadonlySet<MessageBody['kind']> = new Set(['welcome', 'refused', 'shutdown']);
const IDLE: Activity = { round: 0, phase: '', innerStep: 0 };

/** A coordinator that has not answered by then is told once more who is there. */
const REGISTER_AGAIN_MS = 1000;

/** A version that takes longer than this many times the stall limit will not come: the coordinator has given up before. */
const PULL_PATIENCE = 3;

/**
 * Takes part in a run until the coordinator says goodbye: registers, loads what the welcome names, then computes assignments
 * and evaluations in the order they come. Another welcome begins another epoch, with other servers perhaps.
 *
 * @throws whatever went wrong, after telling the coordinator.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { transport, controlAddress, origin, trust, joining = null } = options;
  const watch = joining === null ? null : new JoinDeadline(controlAddress, joining);
  const onEvent: ConnectOptions['onEvent'] = ({ kind }) => { if (kind === 'connected') watch?.connected(); };
  try {
    const control = await transport.connect(controlAddress, { identity: origin.incarnation, ...trust, onEvent });
    const session = new WorkerSession(options, control, watch);
    await session.run().finally(() => control.close());
  } finally {
    watch?.end();
  }
}

class WorkerSession {
  readonly #options: WorkerOptions;
  readonly #control: Connection;
  readonly #heartbeats: HeartbeatSender;
  readonly #watch: JoinDeadline | null;
  #news: WorkerStatus;
  #prepared: Promise<PreparedWorker> | null = null;
  #engagement: WorkerEpoch | null = null;
  /** One whose servers have not all answered yet. */
  #forming: WorkerEpoch | null = null;
  readonly #progress: JoinProgress | null;
  /** The epoch of the last welcome. */
  #welcomedEpoch: number | null = null;
  /** Whether it takes part no longer. */
  #hasEnded = false;
  /** Leases that came before everything was loaded. */
  #early: Work[] = [];
  #working: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => undefined;
  readonly #failure: Promise<never>;

  /** @param watch waits for the coordinator's first answer */
  constructor(options: WorkerOptions, control: Connection, watch: JoinDeadline | null) {
    this.#options = options;
    this.#watch = watch;
    this.#progress = options.joining ? new JoinProgress(options.joining.notice) : null;
    this.#control = control;
    this.#failure = new Promise((_, reject) => { this.#fail = reject; });
    watch?.expired.catch((error: unknown) => { this.#fail(error); });
    this.#news = { origin: options.origin, activity: IDLE, ...FIRST_PULSE };
    this.#heartbeats = options.openHeartbeat(
      this.#news,
      () => { this.#fail(new LetheError('PROCESS_STALLED', `the coordinator has been silent for ${this.#news.silenceMs / 1000} s`, { details: { ending: 'orphaned' } })); },
      (error) => { this.#report(new Error(`its heartbeats cannot be sent any more: ${error.message}`, { cause: error })).catch(() => undefined); },
    );
  }

  async run(): Promise<void> {
    // As long as nobody has answered, it may not have been heard.
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
    const { fingerprint, host, engine } = this.#options;
    await this.#send({ kind: 'register', role: 'worker', host, processId: process.pid, fingerprint, address: '', device: `${engine.device}, ${engine.name} ${engine.version}` });
  }

  async #listen(): Promise<void> {
    for await (const frames of this.#control.messages) {
      const { origin, body } = decodeMessage(frames);
      this.#watch?.end();
      const { runId, epoch } = this.#news.origin;
      // Who was started by hand learns the run from the welcome, and everyone the epoch; an end is one in any epoch.
      // Whoever refuses a stranger names no run.
      const isRefused = body.kind === 'refused' && origin.runId === '';
      const stranger = runId === '' || isRefused ? null : checkOrigin(origin, { runId, ...(OF_ANY_EPOCH.has(body.kind) ? {} : { epoch }) });
      if (stranger?.code === 'EPOCH_STALE') continue; // work of an epoch that is over
      if (stranger !== null) throw new LetheError(stranger.code, `the coordinator: ${stranger.message}`);
      if (!isPermitted(body.kind, 'coordinator', 'worker')) throw new LetheError('MESSAGE_FORBIDDEN', `the coordinator sent a ${body.kind} to a worker`);
      switch (body.kind) {
        case 'welcome':
          this.#welcomed(origin, body);
          break;
        case 'stepAssignment':
        case 'evaluate':
          if (this.#engagement === null) this.#early.push(body);
          else this.#engagement.take(body);
          break;
        case 'shutdown':
          this.#progress?.ended(body.reason);
          return;
        case 'refused':
          throw new LetheError(body.code, `the coordinator refused this worker: ${body.message}`, { details: { ending: 'thrown out' } });
        default: // it heard a heartbeat, which the pulse is told too
      }
    }
  }

  /** Ends what was under way and begins the epoch of the welcome; one that comes again asks whether this worker is ready. */
  #welcomed({ runId, epoch }: Origin, welcome: Welcome): void {
    if (epoch === this.#welcomedEpoch) {
      if (this.#engagement !== null) this.#send({ kind: 'ready' }).catch((error: unknown) => { this.#fail(error); });
      return;
    }
    this.#welcomedEpoch = epoch;
    const { cluster } = JSON.parse(welcome.configJson) as RunConfig;
    this.#tell({
      origin: { ...this.#news.origin, runId, epoch, sender: welcome.name },
      intervalMs: cluster.heartbeatSeconds * 1000, silenceMs: cluster.stallSeconds * 1000,
    });
    this.#progress?.welcomed(runId, welcome.name);
    this.#leave();
    this.#early = [];
    const { origin } = this.#news;
    this.#working = this.#working.then(() => this.#engage(welcome, origin)).catch((error: unknown) => this.#report(error));
  }

  async #engage(welcome: Welcome, origin: Origin): Promise<void> {
    const prepared = await (this.#prepared ??= this.#options.prepare(welcome));
    if (this.#isPast(origin)) return;
    const { description, gradients, evaluator } = prepared;
    const { transport, trust, engine } = this.#options;
    const parameters = await ParameterClient.connect({
      transport, origin, trust: { ...trust, maxFrameBytes: largestFrame(description) }, schemaHash: welcome.schemaHash,
      addresses: [...welcome.servers].sort((a, b) => a.index - b.index).map(({ address }) => addressVia(address, this.#options.controlAddress)),
      deadlineMs: PULL_PATIENCE * description.config.cluster.stallSeconds * 1000,
      onRefused: (error) => { this.#report(error).catch(() => undefined); },
    });
    const execution = new AssignmentExecutor({ engine, description, gradients, evaluator, parameters });
    const engagement = new WorkerEpoch({
      execution, parameters, phases: description.objective.phases,
      onBegun: (work) => {
        this.#tell({ activity: activity(work, description) });
        this.#progress?.begins(work.kind === 'evaluate' ? `an evaluation of ${work.split}` : `round ${work.round + 1}`);
      },
      send: (result) => this.#send(result, origin),
    });
    try {
      // Whoever left while it was connecting knew of nothing to close, and its servers may never answer.
      if (this.#isPast(origin)) return;
      this.#forming = engagement;
      await this.#reach(parameters, origin);
      if (this.#forming !== engagement) return;
      this.#forming = null;
      this.#engagement = engagement;
      for (const work of this.#early.splice(0)) engagement.take(work);
      await this.#send({ kind: 'ready' }, origin);
      this.#progress?.ready();
      await engagement.run();
    } catch (error) {
      // Closed by who left it, while servers had not answered.
      if (this.#forming === null && this.#engagement !== engagement) return;
      throw error;
    } finally {
      engagement.close();
      execution.dispose();
    }
  }

  /** Whether the epoch is over, or all of them are. */
  #isPast({ epoch }: Origin): boolean {
    return this.#hasEnded || this.#news.origin.epoch !== epoch;
  }

  /** Who cannot reach a server is not ready: the run would wait for what it is dealt. */
  async #reach(parameters: ParameterClient, origin: Origin): Promise<void> {
    await parameters.reached((server, address) => {
      this.#progress?.cannotReach(`parameter-server-${server + 1}`, address);
      this.#send({ kind: 'unreached', server, address }, origin).catch(() => undefined);
    });
  }

  #leave(): void {
    this.#engagement?.close();
    this.#forming?.close();
    this.#engagement = null;
    this.#forming = null;
  }

  async #dispose(): Promise<void> {
    const prepared = await this.#prepared?.catch(() => null);
    prepared?.gradients.dispose();
    prepared?.evaluator.dispose();
  }

  #tell(changed: Partial<WorkerStatus>): void {
    this.#news = { ...this.#news, ...changed };
    this.#heartbeats.tell(this.#news);
  }

  async #report(error: unknown): Promise<void> {
    await this.#send({ kind: 'failed', code: errorCode(error) ?? 'UNEXPECTED', message: errorMessage(error) });
    this.#fail(error);
  }

  async #send(body: MessageBody, origin = this.#news.origin): Promise<void> {
    await this.#control.send(encodeMessage({ origin, body }));
  }
}

function activity(work: Work, { objective }: RunDescription): Activity {
  if (work.kind === 'evaluate') return { ...IDLE, phase: `evaluation of ${work.split}` };
  return { round: work.round, phase: objective.phases[work.phase]?.name ?? '', innerStep: work.innerStep };
}

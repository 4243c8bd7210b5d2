import type { RunConfig } from '@lethe/config';
import { LetheError, errorCode, errorMessage, foreignText, type ErrorCode } from '@lethe/errors';
import {
  checkOrigin, decodeMessage, encodeMessage, isPermitted, ownerOfLane, refusalOfStranger,
  type Frames, type Message, type MessageBody, type Origin, type Welcome,
} from '@lethe/protocol';
import { AlikeLines, noLog, type Log, type LogPosition } from '@lethe/telemetry/log';
import { addressVia, type Connection, type Listener, type ListenOptions, type Transport, type Trust } from '@lethe/transport';
import { GroupService, type MessageSender } from './group-service.js';
import { Lanes } from './lanes.js';
import { PendingSends } from './pending-sends.js';
import { heldGroups, type ServerPlan } from './server-plan.js';

export interface ParameterServerOptions {
  readonly transport: Transport;
  readonly controlAddress: string;
  /** Where this server listens for workers and other servers. */
  readonly dataAddress: string;
  /** How it listens for workers and other servers. */
  readonly listenerTrust: Pick<ListenOptions, 'security' | 'insecurePlaintext' | 'maxFrameBytes'>;
  /** How it connects to the coordinator and to the lead server. */
  readonly memberTrust: Trust;
  readonly runId: string;
  readonly epoch: number;
  /** Names this start of the process. */
  readonly incarnation: string;
  readonly host: string;
  readonly processId: number;
  /** What the welcome's configuration and data facts (both parsed, unchecked JSON) mean, with the code that came along. */
  readonly planOf: (config: RunConfig, dataFacts: unknown, code: Welcome['code']) => ServerPlan | Promise<ServerPlan>;
  readonly log?: Log;
  /** Ends the server as the coordinator's shutdown does. */
  readonly signal?: AbortSignal | undefined;
}

/** Codes that refuse correct workers and servers too, which learn later that an epoch, a version or an incarnation has ended. */
const LATE: ReadonlySet<ErrorCode> = new Set(['EPOCH_STALE', 'INCARNATION_STALE', 'RUN_UNKNOWN', 'VERSION_UNAVAILABLE']);

/** Until the welcome says how often. */
const FIRST_HEARTBEAT_MS = 1000;

/** Bytes of values that make a collection worth its time: of several small versions together, or of one that is large. */
const WORTHWHILE_BYTES = 4 * 2 ** 20;

/** While a version of this many bytes is made V8 collects by itself, so that what was young at its beginning is old at its end. */
const LARGE_BYTES = 32 * 2 ** 20;

/**
 * Takes part in a run as a parameter server until the coordinator shuts it down (or the signal aborts), then hands over the
 * messages that are still queued.
 *
 * @throws whatever went wrong, after telling the coordinator.
 */
export async function runParameterServer(options: ParameterServerOptions): Promise<void> {
  const { transport, controlAddress, dataAddress, listenerTrust, memberTrust, incarnation } = options;
  const listener = await transport.listen(dataAddress, listenerTrust);
  try {
    const connect = (address: string): Promise<Connection> => transport.connect(address, { identity: incarnation, ...memberTrust });
    const control = await connect(controlAddress);
    await new ServerSession(options, { listener, control, connect }).run();
  } finally {
    await listener.close();
  }
}

interface Ends {
  readonly listener: Listener;
  readonly control: Connection;
  readonly connect: (address: string) => Promise<Connection>;
}

/** A message that is refused, with the reason. */
interface RefusedMessage {
  readonly code: ErrorCode;
  readonly message: string;
  /** Null if it could not be decoded. */
  readonly body: MessageBody | null;
  /** The run that it names; empty if it could not be decoded. */
  readonly runId: string;
}

class ServerSession {
  readonly #options: ParameterServerOptions;
  readonly #ends: Ends;
  readonly #log: Log;
  readonly #refusals = new AlikeLines();
  readonly #pendingSends: PendingSends;
  readonly #collectGarbage = garbageCollection();
  readonly #lanes = new Lanes();
  #origin: Origin;
  #service: GroupService | null = null;
  #lead: Connection | null = null;
  #isServing = false;
  /** The epoch that it is ready for. */
  #welcomedEpoch: number | null = null;
  /** Places of the servers of this epoch, by incarnation; every other sender is a worker. */
  #servers: ReadonlyMap<string, number> = new Map();
  /** Incarnations of workers that were given up. */
  readonly #fenced = new Set<string>();
  #heartbeat: NodeJS.Timeout | undefined;
  #fail: (error: unknown) => void = () => undefined;
  readonly #failure: Promise<never>;

  constructor(options: ParameterServerOptions, ends: Ends) {
    this.#options = options;
    this.#ends = ends;
    this.#log = options.log ?? noLog();
    const position = this.#log.position();
    this.#log.position = () => ({ ...position, epoch: this.#origin.epoch, ...this.#step });
    const { runId, epoch, incarnation } = options;
    this.#origin = { runId, epoch, sender: `parameter-server ${options.processId}`, incarnation };
    this.#failure = new Promise((_, reject) => { this.#fail = reject; });
    this.#pendingSends = new PendingSends((error) => { this.#fail(error); });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    this.#register();
    this.#sendHeartbeatsEvery(FIRST_HEARTBEAT_MS);
    try {
      await Promise.race([this.#serveControl(), this.#failure, aborted(signal)]);
    } catch (error) {
      this.#toCoordinator({ kind: 'failed', code: errorCode(error) ?? 'UNEXPECTED', message: errorMessage(error) });
      throw error;
    } finally {
      clearInterval(this.#heartbeat);
      await this.#pendingSends.settled();
      await this.#lead?.close();
      await this.#ends.control.close();
    }
  }

  /** Handles the coordinator's messages until it sends the shutdown. */
  async #serveControl(): Promise<void> {
    for await (const frames of this.#ends.control.messages) if (await this.#receiveFromCoordinator(frames) === 'shutdown') return;
  }

  async #receiveFromCoordinator(frames: Frames): Promise<'shutdown' | 'continue'> {
    const { origin, body } = decodeMessage(frames);
    // Messages of an epoch that is over are ignored, but for the shutdown.
    if (!this.#followCoordinator(origin) && body.kind !== 'shutdown') return 'continue';
    if (!isPermitted(body.kind, 'coordinator', 'parameter-server')) {
      throw new LetheError('MESSAGE_FORBIDDEN', `the coordinator sent a ${body.kind} to a parameter server`);
    }
    switch (body.kind) {
      case 'welcome':
        await this.#welcomed(origin.epoch, body);
        return 'continue';
      case 'loadState':
        this.#serviceOfEpoch().load(body);
        return 'continue';
      case 'captureState':
        this.#serviceOfEpoch().capture(body);
        return 'continue';
      case 'commitInquiry':
        this.#serviceOfEpoch().inquire(body);
        return 'continue';
      case 'fence':
        this.#fenced.add(body.fenced);
        this.#lanes.forget(body.fenced);
        this.#log.info({ fenced: body.fenced }, 'what a worker that was given up still sends is refused from now on');
        return 'continue';
      case 'shutdown':
        this.#log.info({ reason: body.reason }, 'the coordinator ends this server');
        return 'shutdown';
      case 'refused':
        throw new LetheError(body.code, `the coordinator refused this parameter server: ${body.message}`);
      default:
        throw new TypeError(`a ${body.kind} has no handler`);
    }
  }

  /** Adopts a higher epoch: from then on messages of the old one are refused. Returns false for one of those. */
  #followCoordinator(origin: Origin): boolean {
    const epoch = Math.max(origin.epoch, this.#origin.epoch);
    const refusal = checkOrigin(origin, { runId: this.#origin.runId, epoch });
    if (refusal?.code === 'EPOCH_STALE') return false;
    if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
    this.#origin = { ...this.#origin, epoch };
    return true;
  }

  async #welcomed(epoch: number, { name, index, configJson, dataJson, schemaHash, servers, code }: Welcome): Promise<void> {
    if (this.#welcomedEpoch === epoch) {
      this.#toCoordinator({ kind: 'ready' }); // the first one was lost
      return;
    }
    const config = JSON.parse(configJson) as RunConfig;
    const plan = await this.#options.planOf(config, JSON.parse(dataJson), code);
    if (plan.schemaHash !== schemaHash) {
      const found = `${name} lays out the parameters as ${plan.schemaHash}, the coordinator as ${schemaHash}`;
      throw new LetheError('SCHEMA_MISMATCH', `${found}: they run different versions of Lethe`);
    }
    this.#origin = { ...this.#origin, sender: name };
    this.#sendHeartbeatsEvery(config.cluster.heartbeatSeconds * 1000);
    // A further epoch begins with nothing of the one before, and its lead may be another process.
    this.#service?.dispose();
    this.#service = new GroupService(heldGroups(plan, config, { index, servers: servers.length }), plan, this.#messageSender());
    this.#servers = new Map(servers.map((server) => [server.incarnation, server.index]));
    // Workers connect again: lanes of the epoch before have gone, or will.
    this.#lanes.clear();
    this.#lead?.close().catch(() => undefined);
    if (index > 0) await this.#connectLead(servers);
    if (!this.#isServing) this.#serve(this.#ends.listener.messages, ({ peer, frames }) => { this.#receiveFromPeer(peer, frames); });
    this.#isServing = true;
    this.#welcomedEpoch = epoch;
    this.#log.info({ servers: servers.length, address: this.#ends.listener.boundAddress }, `${name} is ready in epoch ${epoch}`);
    this.#toCoordinator({ kind: 'ready' });
  }

  async #connectLead(servers: Welcome['servers']): Promise<void> {
    const address = servers.find(({ index }) => index === 0)?.address;
    if (address === undefined) throw new LetheError('MESSAGE_MALFORMED', 'the welcome names no lead parameter server');
    this.#lead = await this.#ends.connect(addressVia(address, this.#options.controlAddress));
    this.#serve(this.#lead.messages, (frames) => { this.#receiveFromLead(frames); });
  }

  /** Handles messages in the background; an error ends the server. */
  #serve<Received>(messages: AsyncIterable<Received>, handle: (received: Received) => void): void {
    const serving = async (): Promise<void> => {
      for await (const message of messages) handle(message);
    };
    serving().catch((error: unknown) => { this.#fail(error); });
  }

  /** Handles a message of a worker or of another server. An expected failure is answered with a refusal. */
  #receiveFromPeer(lane: string, frames: Frames): void {
    const peer = ownerOfLane(lane);
    let runId = '';
    let body: MessageBody | null = null;
    try {
      const whole = this.#lanes.join(lane, frames);
      if (whole === null) return;
      const message = decodeMessage(whole);
      ({ body, origin: { runId } } = message);
      const refusal = checkOrigin(message.origin, { ...this.#origin, incarnation: peer });
      if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
      if (this.#fenced.has(peer)) throw new LetheError('INCARNATION_STALE', `${message.origin.sender} was taken for dead`);
      this.#dispatch(peer, message);
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      this.#refuse(peer, { code, message: errorMessage(error), body, runId });
    }
  }

  /** Refuses a message to its sender, and tells the coordinator unless the message is only late. */
  #refuse(peer: string, { code, message, body, runId }: RefusedMessage): void {
    const { listener } = this.#ends;
    const request = body?.kind === 'pull' ? body.request : 0;
    if (listener.admitsAnyone && runId !== this.#origin.runId) {
      this.#pendingSends.sendIfPresent(listener.send(peer, encodeMessage(refusalOfStranger(code, request))));
    } else this.#toPeer(peer, { kind: 'refused', code, message, request });
    if (LATE.has(code)) return;
    const unwritten = this.#refusals.count(code);
    const facts = { code, peer: foreignText(peer), kind: body?.kind, unwritten };
    if (unwritten !== null) this.#log.warn(facts, `a message is refused: ${message}`);
    this.#toCoordinator({ kind: 'offence', offender: peer, code, message, push: body?.kind === 'push' ? body : null });
  }

  #dispatch(peer: string, { body }: Message): void {
    const place = this.#servers.get(peer);
    const role = place === undefined ? 'worker' : 'parameter-server';
    if (!isPermitted(body.kind, role, 'parameter-server')) {
      throw new LetheError('MESSAGE_FORBIDDEN', `a ${role} sent a ${body.kind} to a parameter server`);
    }
    const service = this.#serviceOfEpoch();
    this.#log.trace({ peer, kind: body.kind }, 'a message');
    if (body.kind === 'push') service.push(body, peer);
    else if (body.kind === 'pull') service.pull(body, peer);
    else if (body.kind === 'prepared' && place !== undefined) service.vote(body, { peer, place });
    else throw new LetheError('MESSAGE_FORBIDDEN', `a ${role} sent a ${body.kind} to the lead parameter server`);
  }

  #receiveFromLead(frames: Frames): void {
    const { origin, body } = decodeMessage(frames);
    const refusal = checkOrigin(origin, { runId: this.#origin.runId, epoch: this.#origin.epoch });
    if (refusal?.code === 'EPOCH_STALE') return; // a commit of an epoch that is over
    if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
    if (body.kind === 'refused' && body.code === 'EPOCH_STALE') return; // it refuses a vote of an epoch that is over
    if (body.kind === 'refused') throw new LetheError(body.code, `the lead parameter server refused: ${body.message}`);
    if (body.kind !== 'commit') throw new LetheError('MESSAGE_FORBIDDEN', `the lead parameter server sent a ${body.kind}`);
    this.#serviceOfEpoch().commit(body);
  }

  #register(): void {
    const { host, processId } = this.#options;
    const address = this.#ends.listener.boundAddress;
    this.#toCoordinator({ kind: 'register', role: 'parameter-server', host, processId, fingerprint: '', address, device: '' });
  }

  #sendHeartbeatsEvery(milliseconds: number): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => { this.#sendHeartbeat(); }, milliseconds);
  }

  /** The step of the latest push, as people count. */
  get #step(): LogPosition {
    const activity = this.#service?.activity ?? null;
    return activity === null ? {} : { round: activity.round + 1, phase: activity.phase };
  }

  #sendHeartbeat(): void {
    // Without an answer the first registration may have been lost.
    if (this.#welcomedEpoch === null) this.#register();
    const { round = 0, phase = '', innerStep = 0 } = this.#service?.activity ?? {};
    this.#toCoordinator({ kind: 'heartbeat', round, phase, innerStep, residentBytes: process.memoryUsage.rss() });
  }

  #messageSender(): MessageSender {
    return {
      toCoordinator: (body) => { this.#toCoordinator(body); },
      toPeer: (peer, body) => { this.#toPeer(peer, body); },
      toLead: (body) => {
        if (this.#lead !== null) this.#pendingSends.send(this.#lead.send(this.#encode(body)));
      },
      versionMade: (bytes) => {
        this.#log.debug({ bytes }, 'a version is committed');
        void this.#pendingSends.settled().then(() => { this.#collectGarbage(bytes); });
      },
    };
  }

  #toCoordinator(body: MessageBody): void {
    this.#pendingSends.send(this.#ends.control.send(this.#encode(body)));
  }

  #toPeer(peer: string, body: MessageBody): void {
    // A receiver that is gone needs no message; a server that missed a commit votes again.
    const frames = this.#encode(body);
    const parts = body.kind === 'parameters' ? this.#lanes.cut(peer, frames) : [{ lane: peer, frames }];
    for (const part of parts) this.#pendingSends.sendIfPresent(this.#ends.listener.send(part.lane, part.frames));
  }

  #encode(body: MessageBody): Frames {
    return encodeMessage({ origin: this.#origin, body });
  }

  #serviceOfEpoch(): GroupService {
    if (this.#service !== null) return this.#service;
    throw new LetheError('MESSAGE_MALFORMED', 'the coordinator has not sent its welcome yet');
  }
}

/** Resolves when the signal aborts; without one, never. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else signal?.addEventListener('abort', () => { resolve(); }, { once: true });
  });
}

/**
 * Collects garbage between versions, where Node was started with `--expose-gc`. The memory of gradients that have been summed and of
 * values that have been sent lies outside of V8's heap. V8 collects it late, in the middle of a version, when workers wait, and takes
 * longer the older it is. The result is called when a version has been sent, with the bytes of its values.
 */
function garbageCollection(): (bytes: number) => void {
  const { gc } = globalThis;
  if (gc === undefined) return () => undefined;
  let made = 0;
  return (bytes) => {
    made += bytes;
    if (made < WORTHWHILE_BYTES) return;
    made = 0;
    gc({ type: bytes < LARGE_BYTES ? 'minor' : 'major', execution: 'sync' });
  };
}

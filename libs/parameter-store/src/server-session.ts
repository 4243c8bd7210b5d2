import type { RunConfig } from '@lethe/config';
import { LetheError, errorCode, errorMessage, type ErrorCode } from '@lethe/errors';
import { checkOrigin, decodeMessage, encodeMessage, isPermitted, refusalOfStranger, type Frames, type Message, type MessageBody, type Origin, type Welcome } from '@lethe/protocol';
import { addressVia, type Connection, type Listener, type ListenOptions, type Transport, type Trust } from '@lethe/transport';
import { garbageCollection } from './garbage.js';
import { GroupService, type Post } from './group-service.js';
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
  /** Names this life of the process. */
  readonly incarnation: string;
  readonly host: string;
  readonly processId: number;
  /** What the welcome's configuration and data facts (both parsed, unchecked JSON) mean. */
  readonly planOf: (config: RunConfig, dataFacts: unknown) => ServerPlan;
  /** Ends the server as the coordinator's goodbye would. */
  readonly signal?: AbortSignal | undefined;
}

/** Codes of what correct workers and servers send too, because they hear of the end of an epoch, a version or themselves later. */
const LATE: ReadonlySet<ErrorCode> = new Set(['EPOCH_STALE', 'INCARNATION_STALE', 'RUN_UNKNOWN', 'VERSION_UNAVAILABLE']);

/** Until the welcome says how often. */
const FIRST_HEARTBEAT_MS = 1000;

/**
 * Takes part in a run as a parameter server until the coordinator says goodbye (or the signal aborts), then hands over
 * what is still queued.
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

class ServerSession {
  readonly #options: ParameterServerOptions;
  readonly #ends: Ends;
  readonly #mail: PendingSends;
  readonly #collectGarbage = garbageCollection();
  #origin: Origin;
  #service: GroupService | null = null;
  #lead: Connection | null = null;
  #isServing = false;
  /** The epoch that it is ready for. */
  #welcomedEpoch: number | null = null;
  /** Places of the servers of this epoch, by incarnation; whoever else connects is a worker. */
  #servers: ReadonlyMap<string, number> = new Map();
  /** Lives of workers that were given up. */
  readonly #fenced = new Set<string>();
  #heartbeat: NodeJS.Timeout | undefined;
  #fail: (error: unknown) => void = () => undefined;
  readonly #failure: Promise<never>;

  constructor(options: ParameterServerOptions, ends: Ends) {
    this.#options = options;
    this.#ends = ends;
    const { runId, epoch, incarnation } = options;
    this.#origin = { runId, epoch, sender: `parameter-server ${options.processId}`, incarnation };
    this.#failure = new Promise((_, reject) => { this.#fail = reject; });
    this.#mail = new PendingSends((error) => { this.#fail(error); });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    this.#register();
    this.#beatEvery(FIRST_HEARTBEAT_MS);
    try {
      await Promise.race([this.#serveControl(), this.#failure, aborted(signal)]);
    } catch (error) {
      this.#toCoordinator({ kind: 'failed', code: errorCode(error) ?? 'UNEXPECTED', message: errorMessage(error) });
      throw error;
    } finally {
      clearInterval(this.#heartbeat);
      await this.#mail.settled();
      await this.#lead?.close();
      await this.#ends.control.close();
    }
  }

  /** Ends with the coordinator's goodbye. */
  async #serveControl(): Promise<void> {
    for await (const frames of this.#ends.control.messages) if (await this.#obey(frames) === 'goodbye') return;
  }

  async #obey(frames: Frames): Promise<'goodbye' | 'go on'> {
    const { origin, body } = decodeMessage(frames);
    // What was said in an epoch that is over is not meant any more; but an end is one in any epoch.
    if (!this.#followCoordinator(origin) && body.kind !== 'shutdown') return 'go on';
    if (!isPermitted(body.kind, 'coordinator', 'parameter-server')) throw new LetheError('MESSAGE_FORBIDDEN', `the coordinator sent a ${body.kind} to a parameter server`);
    switch (body.kind) {
      case 'welcome':
        await this.#welcomed(origin.epoch, body);
        return 'go on';
      case 'loadState':
        this.#welcomedService().load(body);
        return 'go on';
      case 'captureState':
        this.#welcomedService().capture(body);
        return 'go on';
      case 'commitInquiry':
        this.#welcomedService().inquire(body);
        return 'go on';
      case 'fence':
        this.#fenced.add(body.fenced);
        return 'go on';
      case 'shutdown':
        return 'goodbye';
      case 'refused':
        throw new LetheError(body.code, `the coordinator refused this parameter server: ${body.message}`);
      default:
        throw new TypeError(`nobody knows what to do with a ${body.kind}`);
    }
  }

  /** A higher epoch revokes what was handed out before: from now on messages of the old one are refused. False for one of those. */
  #followCoordinator(origin: Origin): boolean {
    const epoch = Math.max(origin.epoch, this.#origin.epoch);
    const refusal = checkOrigin(origin, { runId: this.#origin.runId, epoch });
    if (refusal?.code === 'EPOCH_STALE') return false;
    if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
    this.#origin = { ...this.#origin, epoch };
    return true;
  }

  async #welcomed(epoch: number, { name, index, configJson, dataJson, schemaHash, servers }: Welcome): Promise<void> {
    if (this.#welcomedEpoch === epoch) {
      this.#toCoordinator({ kind: 'ready' }); // it has not heard that, and asks again
      return;
    }
    const config = JSON.parse(configJson) as RunConfig;
    const plan = this.#options.planOf(config, JSON.parse(dataJson));
    if (plan.schemaHash !== schemaHash) {
      throw new LetheError('SCHEMA_MISMATCH', `${name} lays out the parameters as ${plan.schemaHash}, the coordinator as ${schemaHash}: they run different versions of Lethe`);
    }
    this.#origin = { ...this.#origin, sender: name };
    this.#beatEvery(config.cluster.heartbeatSeconds * 1000);
    // In a further epoch nothing of the one before counts any more, and the lead may be another process.
    this.#service?.dispose();
    this.#service = new GroupService(heldGroups(plan, config, { index, servers: servers.length }), plan, this.#post());
    this.#servers = new Map(servers.map((server) => [server.incarnation, server.index]));
    this.#lead?.close().catch(() => undefined);
    if (index > 0) await this.#connectLead(servers);
    if (!this.#isServing) this.#serve(this.#ends.listener.messages, ({ peer, frames }) => { this.#receive(peer, frames); });
    this.#isServing = true;
    this.#welcomedEpoch = epoch;
    this.#toCoordinator({ kind: 'ready' });
  }

  async #connectLead(servers: Welcome['servers']): Promise<void> {
    const address = servers.find(({ index }) => index === 0)?.address;
    if (address === undefined) throw new LetheError('MESSAGE_MALFORMED', 'the welcome names no lead parameter server');
    this.#lead = await this.#ends.connect(addressVia(address, this.#options.controlAddress));
    this.#serve(this.#lead.messages, (frames) => { this.#receiveFromLead(frames); });
  }

  /** Handles messages in the background; whatever is thrown ends the server. */
  #serve<Received>(messages: AsyncIterable<Received>, handle: (received: Received) => void): void {
    const serving = async (): Promise<void> => {
      for await (const message of messages) handle(message);
    };
    serving().catch((error: unknown) => { this.#fail(error); });
  }

  /** A message of a worker or of another server: expected failures are refused, to whoever sent it. */
  #receive(peer: string, frames: Frames): void {
    let runId = '';
    let body: MessageBody | null = null;
    try {
      const message = decodeMessage(frames);
      ({ body, origin: { runId } } = message);
      const refusal = checkOrigin(message.origin, { ...this.#origin, incarnation: peer });
      if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
      if (this.#fenced.has(peer)) throw new LetheError('INCARNATION_STALE', `${message.origin.sender} was taken for dead`);
      this.#dispatch(peer, message);
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      const message = errorMessage(error);
      const request = body?.kind === 'pull' ? body.request : 0;
      if (this.#ends.listener.admitsAnyone && runId !== this.#origin.runId) this.#mail.sendIfPresent(this.#ends.listener.send(peer, encodeMessage(refusalOfStranger(code, request))));
      else this.#toPeer(peer, { kind: 'refused', code, message, request });
      // What came too late, of an epoch or a life that is over or about a version that is past, is nobody's fault.
      if (!LATE.has(code)) this.#toCoordinator({ kind: 'offence', offender: peer, code, message, push: body?.kind === 'push' ? body : null });
    }
  }

  #dispatch(peer: string, { body }: Message): void {
    const place = this.#servers.get(peer);
    const role = place === undefined ? 'worker' : 'parameter-server';
    if (!isPermitted(body.kind, role, 'parameter-server')) throw new LetheError('MESSAGE_FORBIDDEN', `a ${role} sent a ${body.kind} to a parameter server`);
    const service = this.#welcomedService();
    if (body.kind === 'push') service.push(body, peer);
    else if (body.kind === 'pull') service.pull(body, peer);
    else if (body.kind === 'prepared' && place !== undefined) service.vote(body, { peer, place });
    else throw new LetheError('MESSAGE_FORBIDDEN', `a ${role} sent a ${body.kind} to the lead parameter server`);
  }

  #receiveFromLead(frames: Frames): void {
    const { origin, body } = decodeMessage(frames);
    const refusal = checkOrigin(origin, { runId: this.#origin.runId, epoch: this.#origin.epoch });
    if (refusal?.code === 'EPOCH_STALE') return; // a commit of what was revoked meanwhile
    if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
    if (body.kind === 'refused' && body.code === 'EPOCH_STALE') return; // so was what it refuses
    if (body.kind === 'refused') throw new LetheError(body.code, `the lead parameter server refused: ${body.message}`);
    if (body.kind !== 'commit') throw new LetheError('MESSAGE_FORBIDDEN', `the lead parameter server sent a ${body.kind}`);
    this.#welcomedService().commit(body);
  }

  #register(): void {
    const { host, processId } = this.#options;
    this.#toCoordinator({ kind: 'register', role: 'parameter-server', host, processId, fingerprint: '', address: this.#ends.listener.boundAddress, device: '' });
  }

  #beatEvery(milliseconds: number): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => { this.#beat(); }, milliseconds);
  }

  #beat(): void {
    // Nobody has answered yet: it may not have been heard.
    if (this.#welcomedEpoch === null) this.#register();
    const { round = 0, phase = '', innerStep = 0 } = this.#service?.activity ?? {};
    this.#toCoordinator({ kind: 'heartbeat', round, phase, innerStep, residentBytes: process.memoryUsage.rss() });
  }

  #post(): Post {
    return {
      toCoordinator: (body) => { this.#toCoordinator(body); },
      toPeer: (peer, body) => { this.#toPeer(peer, body); },
      toLead: (body) => {
        if (this.#lead !== null) this.#mail.send(this.#lead.send(this.#encode(body)));
      },
      versionMade: (bytes) => { void this.#mail.settled().then(() => { this.#collectGarbage(bytes); }); },
    };
  }

  #toCoordinator(body: MessageBody): void {
    this.#mail.send(this.#ends.control.send(this.#encode(body)));
  }

  #toPeer(peer: string, body: MessageBody): void {
    // Whoever is gone needs nothing any more; a server that missed a commit votes again.
    this.#mail.sendIfPresent(this.#ends.listener.send(peer, this.#encode(body)));
  }

  #encode(body: MessageBody): Frames {
    return encodeMessage({ origin: this.#origin, body });
  }

  #welcomedService(): GroupService {
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

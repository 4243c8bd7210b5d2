import { LetheError, type ErrorCode } from '@lethe/errors';
import {
  checkOrigin, chunksOf, decodeMessage, encodeMessage, laneIdentity, MessageCutter, PartsJoiner, sliceOf,
  type GroupLayout, type MessageBody, type Origin, type Parameters, type Refused, type TreeNode, type Slice, type Step, type Transfer,
} from '@lethe/protocol';
import type { Connection, Transport, Trust } from '@lethe/transport';
import { GroupPull } from './group-pull.js';

export interface ParameterClientOptions {
  readonly transport: Transport;
  /** Data addresses of the servers; the first is the lead. */
  readonly addresses: readonly string[];
  readonly origin: Origin;
  readonly trust: Trust;
  readonly schemaHash: string;
  /** To each server that is on another machine. */
  readonly connections: number;
  /** How long a version may take to be committed. */
  readonly deadlineMs: number;
  /** Called when the servers refuse what this worker sent. */
  readonly onRefused: (error: LetheError) => void;
}

export interface NodeGradient {
  readonly step: Step;
  readonly layout: GroupLayout;
  /** The version of the group that this gradient helps to produce. */
  readonly version: number;
  readonly node: TreeNode;
  /** Of the assignment that asks for it. */
  readonly generation: number;
  /** Sum over the node's shards, [layout.length]; not to be written again. */
  readonly gradient: Float32Array;
  /** Batch statistics and losses of the node, combined over its shards. */
  readonly summary: Float32Array;
}

/** A request for one server's slice that is not answered yet. */
interface PendingSlice {
  readonly server: number;
  readonly pull: GroupPull;
  /** Offsets of the chunks that have not arrived. */
  readonly missing: Set<number>;
  statistics: Float32Array | null;
  /** Milliseconds that the server kept the version, since it had taken this worker's last gradient for it. */
  heldMs: number;
  arrivedMs: number;
  /** Asks for the whole slice. @param lane by which */
  ask(lane?: number): void;
  resolve(): void;
  reject(error: unknown): void;
}

/** The connections to a server, and the parts of messages that are on their way by them. */
interface ServerLanes {
  readonly lanes: Connection[];
  readonly cutter: MessageCutter;
  readonly joiner: PartsJoiner;
}

interface SlicePull extends PullContents {
  readonly server: number;
  readonly slice: Slice;
  readonly layout: GroupLayout;
  readonly version: number;
  readonly pull: GroupPull;
}

/** What a pull transfers. */
export interface PullContents {
  /** Running statistics too. */
  readonly statistics: boolean;
  /** Averages in place of values, where the group keeps any. */
  readonly averages: boolean;
}

/** A server that does not answer for this long is reported. */
const SILENCE_MS = 5000;

const TRAINED_VALUES: PullContents = { statistics: false, averages: false };

/** The server that coordinates the others; it alone has the running statistics and takes the summaries. */
const LEAD = 0;

const REFUSED_GRADIENTS: ReadonlySet<ErrorCode> = new Set(['PUSH_INVALID', 'GRADIENT_NOT_FINITE']);

/** A worker's side of the data plane: pushes gradients to, and pulls versions from, all servers at once. */
export class ParameterClient {
  bytesSent = 0;
  bytesReceived = 0;
  readonly #options: ParameterClientOptions;
  readonly #servers: ServerLanes[] = [];
  readonly #pending = new Map<number, PendingSlice>();
  /** When the last gradient of each group was handed over, and for which version. */
  readonly #pushed = new Map<string, { readonly version: number; readonly atMs: number }>();
  /** Of versions that have arrived since they were taken last. */
  #transfers: Transfer[] = [];
  #requests = 0;
  #failure: Error | undefined;

  private constructor(options: ParameterClientOptions) {
    this.#options = options;
  }

  static async connect(options: ParameterClientOptions): Promise<ParameterClient> {
    const client = new ParameterClient(options);
    for (const [server, address] of options.addresses.entries()) {
      client.#servers.push({ lanes: [], cutter: new MessageCutter(), joiner: new PartsJoiner() });
      // On one machine nothing is lost.
      const lanes = address.startsWith('ipc:') ? 1 : options.connections;
      for (let lane = 0; lane < lanes; lane += 1) await client.#connectLane(server, address, lane);
    }
    return client;
  }

  /**
   * Requests `version` of the group, which is read into `into` ([layout.length]) as the servers compute it, and is complete once every
   * server has committed it. The pull ends with LetheError VERSION_UNAVAILABLE if the servers are past the version, ASSIGNMENT_REVOKED if
   * it is abandoned, DEADLINE_EXCEEDED if the version never arrives.
   */
  pull(layout: GroupLayout, version: number, into: Float32Array, { statistics, averages } = TRAINED_VALUES): GroupPull {
    const slices = this.#slices(layout);
    const pull = new GroupPull(layout, slices.map(({ slice }) => slice), into);
    const pulled = slices.map(({ server, slice }) => {
      const contents = { averages, statistics: statistics && server === LEAD };
      return this.#pullSlice({ server, slice, layout, version, pull, ...contents });
    });
    Promise.all(pulled).then((all) => {
      const last = all.reduce((latest, slice) => (slice.arrivedMs > latest.arrivedMs ? slice : latest));
      this.#arrived(layout, version, last.heldMs);
      pull.finish(all[0]?.statistics ?? null);
    }, (error: unknown) => { pull.fail(error); });
    return pull;
  }

  /** Sends a node's gradient to the servers that hold the group, chunk by chunk. Refusals are answered; what is taken is not. */
  async push({ step, layout, version, node, generation, gradient, summary }: NodeGradient): Promise<void> {
    const { schemaHash } = this.#options;
    for (const { server, slice } of this.#slices(layout)) {
      for (const chunk of chunksOf(slice)) {
        const withSummary = server === LEAD && chunk.from === slice.from;
        await this.#send(server, {
          kind: 'push', ...step, group: layout.name, version, node, generation, offset: chunk.from, schemaHash,
          gradient: gradient.subarray(chunk.from, chunk.to), summary: withSummary ? summary : null,
        });
      }
    }
    this.#pushed.set(layout.name, { version, atMs: performance.now() });
  }

  /** The transfers that have ended since this was called last. */
  takeTransfers(): Transfer[] {
    const taken = this.#transfers;
    this.#transfers = [];
    return taken;
  }

  /** Repeats the requests that are not answered yet. */
  askAgain(): void {
    for (const slice of this.#pending.values()) slice.ask();
  }

  /** Ends all pulls under way. */
  abandon(): void {
    const revoked = new LetheError('ASSIGNMENT_REVOKED', 'the coordinator has assigned the steps again');
    for (const slice of this.#pending.values()) slice.reject(revoked);
    this.#pending.clear();
  }

  /** Waits until every server has answered, and reports each that takes long. Rejects when this is closed before. */
  async reached(onSilent: (server: number, address: string) => void): Promise<void> {
    await Promise.all(this.#servers.map(async ({ lanes }, server) => {
      const timer = setTimeout(() => { onSilent(server, this.#options.addresses[server] ?? ''); }, SILENCE_MS);
      await Promise.all(lanes.map((lane) => lane.reached())).finally(() => { clearTimeout(timer); });
    }));
  }

  async close(): Promise<void> {
    this.#fail(new LetheError('CONNECTION_CLOSED', 'the connection to the parameter servers was closed'));
    await Promise.all(this.#servers.flatMap(({ lanes }) => lanes.map((lane) => lane.close())));
  }

  #slices(layout: GroupLayout): { server: number; slice: Slice }[] {
    const servers = this.#servers.length;
    const all = this.#servers.map((_, server) => ({ server, slice: sliceOf(layout.length, server, servers) }));
    return all.filter(({ slice }) => slice.to > slice.from);
  }

  async #pullSlice({ server, slice, layout, version, pull, statistics, averages }: SlicePull): Promise<PendingSlice> {
    if (this.#failure !== undefined) throw this.#failure;
    const request = (this.#requests += 1);
    const { deadlineMs, schemaHash } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<PendingSlice>((resolve, reject) => {
        const ask = (lane?: number): void => {
          this.#send(server, { kind: 'pull', request, group: layout.name, version, statistics, averages, schemaHash }, lane).catch(reject);
        };
        const missing = new Set(chunksOf(slice).map(({ from }) => from));
        const pending: PendingSlice = {
          server, pull, missing, statistics: null, heldMs: 0, arrivedMs: 0, ask, resolve: () => { resolve(pending); }, reject,
        };
        this.#pending.set(request, pending);
        timer = setTimeout(() => {
          const what = `version ${version} of ${layout.name} did not come from parameter server ${server + 1}`;
          reject(new LetheError('DEADLINE_EXCEEDED', `${what} within ${deadlineMs / 1000} s`));
        }, deadlineMs);
        ask();
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(request);
    }
  }

  async #connectLane(server: number, address: string, lane: number): Promise<void> {
    const { transport, origin, trust } = this.#options;
    const connection = await transport.connect(address, {
      identity: laneIdentity(origin.incarnation, lane), ...trust,
      onEvent: ({ kind }) => { if (kind === 'disconnected') this.#askBy(server, lane); },
    });
    this.#servers[server]?.lanes.push(connection);
    this.#listen(server, connection).catch((error: unknown) => { this.#fail(error instanceof Error ? error : new Error(String(error))); });
  }

  /** The line of a lane broke, and what was on it is lost. A request by that lane arrives once it is there again. */
  #askBy(server: number, lane: number): void {
    for (const slice of this.#pending.values()) if (slice.server === server) slice.ask(lane);
  }

  /** Sends a gradient by all lanes, anything else by one of them. */
  async #send(server: number, body: MessageBody, lane = 0): Promise<void> {
    const to = this.#servers[server];
    if (to === undefined) throw new TypeError(`there is no parameter server ${server + 1}`);
    const frames = encodeMessage({ origin: this.#options.origin, body });
    for (const frame of frames) this.bytesSent += frame.byteLength;
    if (body.kind !== 'push') await to.lanes[lane]?.send(frames);
    else {
      const parts = to.cutter.cut(frames, to.lanes.length);
      await Promise.all(parts.map(async (part, index) => to.lanes[index]?.send(part)));
    }
  }

  async #listen(server: number, connection: Connection): Promise<void> {
    for await (const frames of connection.messages) {
      for (const frame of frames) this.bytesReceived += frame.byteLength;
      const whole = this.#servers[server]?.joiner.join(frames) ?? null;
      if (whole === null) continue;
      const { origin, body } = decodeMessage(whole);
      const { runId, epoch } = this.#options.origin;
      const refusal = checkOrigin(origin, { runId, epoch });
      const name = `parameter server ${server + 1}`;
      if (refusal?.code === 'EPOCH_STALE') continue;
      if (refusal !== null) throw new LetheError(refusal.code, `${name}: ${refusal.message}`);
      if (body.kind === 'parameters') this.#take(body);
      else if (body.kind === 'refused') this.#refused(server, body);
      else throw new LetheError('MESSAGE_FORBIDDEN', `${name} sent a ${body.kind}; expected parameters or a refusal`);
    }
  }

  #refused(server: number, { code, message, request }: Refused): void {
    // Of a message in an epoch that is over; the coordinator has sent the welcome to the next, or will.
    if (code === 'EPOCH_STALE') return;
    // The servers report it to the coordinator too, which has the step computed again.
    if (REFUSED_GRADIENTS.has(code)) return;
    const error = new LetheError(code, `parameter server ${server + 1} refused: ${message}`);
    if (request === 0) this.#options.onRefused(error);
    else this.#pending.get(request)?.reject(error);
  }

  #take({ request, offset, values, statistics, committed, heldMs }: Parameters): void {
    const pending = this.#pending.get(request);
    if (pending === undefined) return; // it was given up
    // The last message may have no values, and always says that the version is committed.
    if (values.length > 0) {
      pending.pull.take(offset, values);
      pending.missing.delete(offset);
    }
    pending.statistics ??= statistics;
    // The last message: messages arrive in order, so every chunk came before it.
    if (!committed) return;
    if (pending.missing.size > 0) {
      pending.ask(); // the connection broke meanwhile, and chunks were lost with it
      return;
    }
    this.#pending.delete(request);
    Object.assign(pending, { heldMs, arrivedMs: performance.now() } satisfies Partial<PendingSlice>);
    pending.pull.sliceCommitted();
    pending.resolve();
  }

  /** A version is there: if this worker had a part in it, that ends a transfer. */
  #arrived({ name }: GroupLayout, version: number, heldMs: number): void {
    const pushed = this.#pushed.get(name);
    if (pushed?.version !== version) return;
    this.#pushed.delete(name);
    const lastedMs = performance.now() - pushed.atMs;
    this.#transfers.push({ group: name, version, beganMs: performance.timeOrigin + pushed.atMs, lastedMs, heldMs });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const slice of this.#pending.values()) slice.reject(error);
  }
}

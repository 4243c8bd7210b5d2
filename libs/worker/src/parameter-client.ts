import { LetheError, type ErrorCode } from '@lethe/errors';
import {
  checkOrigin, chunksOf, decodeMessage, encodeMessage, sliceOf,
  type GroupLayout, type MessageBody, type Origin, type Parameters, type Refused, type TreeNode, type Slice, type Step,
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
  /** How long a version may take to be committed. */
  readonly deadlineMs: number;
  /** Told when the servers refuse what this worker sent. */
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
  /** Sum over the block's shards, [layout.length]; not to be written again. */
  readonly gradient: Float32Array;
  /** Batch statistics and losses of the block, combined over its shards. */
  readonly summary: Float32Array;
}

/** What is still to come of one server's slice. */
interface PendingSlice {
  readonly pull: GroupPull;
  /** Offsets of the chunks that have not come. */
  readonly missing: Set<number>;
  statistics: Float32Array | null;
  /** Asks for the whole slice. */
  ask(): void;
  resolve(): void;
  reject(error: unknown): void;
}

/** What a pull is to bring. */
export interface PullWish {
  /** Running statistics too. */
  readonly statistics: boolean;
  /** Averages in place of values, where the group keeps any. */
  readonly averages: boolean;
}

/** A server that has not answered by then is told of. */
const SILENCE_MS = 5000;

const TRAINED_VALUES: PullWish = { statistics: false, averages: false };

const REFUSED_GRADIENTS: ReadonlySet<ErrorCode> = new Set(['PUSH_INVALID', 'GRADIENT_NOT_FINITE']);

/** A worker's side of the data plane: pushes gradients to, and pulls versions from, all servers at once. */
export class ParameterClient {
  bytesSent = 0;
  bytesReceived = 0;
  readonly #options: ParameterClientOptions;
  readonly #connections: Connection[] = [];
  readonly #pending = new Map<number, PendingSlice>();
  #requests = 0;
  #failure: Error | undefined;

  private constructor(options: ParameterClientOptions) {
    this.#options = options;
  }

  static async connect(options: ParameterClientOptions): Promise<ParameterClient> {
    const client = new ParameterClient(options);
    for (const [server, address] of options.addresses.entries()) {
      const connection = await options.transport.connect(address, { identity: options.origin.incarnation, ...options.trust });
      client.#connections.push(connection);
      client.#listen(server, connection).catch((error: unknown) => { client.#fail(error instanceof Error ? error : new Error(String(error))); });
    }
    return client;
  }

  /**
   * Orders `version` of the group, which is read into `into` ([layout.length]) as it is made, and complete once every server has
   * committed it. It ends with LetheError VERSION_UNAVAILABLE if the servers are past it, ASSIGNMENT_REVOKED if it is abandoned,
   * DEADLINE_EXCEEDED if it never comes.
   */
  pull(layout: GroupLayout, version: number, into: Float32Array, { statistics, averages } = TRAINED_VALUES): GroupPull {
    const lead = 0;
    const slices = this.#slices(layout);
    const pull = new GroupPull(layout, slices.map(({ slice }) => slice), into);
    Promise.all(slices.map(({ server, slice }) => this.#pullSlice({ server, slice, layout, version, pull, averages, statistics: statistics && server === lead })))
      .then(([first]) => { pull.finish(first?.statistics ?? null); }, (error: unknown) => { pull.fail(error); });
    return pull;
  }

  /** Sends a block's gradient to the servers that hold the group, chunk by chunk. Refusals are told of. */
  async push({ step, layout, version, node, generation, gradient, summary }: NodeGradient): Promise<void> {
    const { schemaHash } = this.#options;
    for (const { server, slice } of this.#slices(layout)) {
      for (const chunk of chunksOf(slice)) {
        const withSummary = server === 0 && chunk.from === slice.from;
        await this.#send(server, {
          kind: 'push', ...step, group: layout.name, version, node, generation, offset: chunk.from, schemaHash,
          gradient: gradient.subarray(chunk.from, chunk.to), summary: withSummary ? summary : null,
        });
      }
    }
  }

  /** Asks once more for whatever has not come. */
  askAgain(): void {
    for (const slice of this.#pending.values()) slice.ask();
  }

  /** Waits for nothing that was asked for any more. */
  abandon(): void {
    const revoked = new LetheError('ASSIGNMENT_REVOKED', 'the coordinator deals the steps anew');
    for (const slice of this.#pending.values()) slice.reject(revoked);
    this.#pending.clear();
  }

  /** Waits until every server has answered; tells of each that takes long. Rejects when this is closed before. */
  async reached(onSilent: (server: number, address: string) => void): Promise<void> {
    await Promise.all(this.#connections.map(async (connection, server) => {
      const timer = setTimeout(() => { onSilent(server, this.#options.addresses[server] ?? ''); }, SILENCE_MS);
      await connection.reached().finally(() => { clearTimeout(timer); });
    }));
  }

  async close(): Promise<void> {
    this.#fail(new LetheError('CONNECTION_CLOSED', 'the connection to the parameter servers was closed'));
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #slices(layout: GroupLayout): { server: number; slice: Slice }[] {
    const servers = this.#connections.length;
    const all = this.#connections.map((_, server) => ({ server, slice: sliceOf(layout.length, server, servers) }));
    return all.filter(({ slice }) => slice.to > slice.from);
  }

  async #pullSlice(wanted: { server: number; slice: Slice; layout: GroupLayout; version: number; pull: GroupPull; statistics: boolean; averages: boolean }): Promise<PendingSlice> {
    if (this.#failure !== undefined) throw this.#failure;
    const { server, slice, layout, version, pull, statistics, averages } = wanted;
    const request = (this.#requests += 1);
    const { deadlineMs, schemaHash } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<PendingSlice>((resolve, reject) => {
        const ask = (): void => { this.#send(server, { kind: 'pull', request, group: layout.name, version, statistics, averages, schemaHash }).catch(reject); };
        const pending: PendingSlice = { pull, statistics: null, missing: new Set(chunksOf(slice).map(({ from }) => from)), ask, resolve: () => { resolve(pending); }, reject };
        this.#pending.set(request, pending);
        timer = setTimeout(() => {
          reject(new LetheError('DEADLINE_EXCEEDED', `version ${version} of ${layout.name} did not come from parameter server ${server + 1} within ${deadlineMs / 1000} s`));
        }, deadlineMs);
        ask();
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(request);
    }
  }

  async #send(server: number, body: MessageBody): Promise<void> {
    const connection = this.#connections[server];
    if (connection === undefined) throw new TypeError(`there is no parameter server ${server + 1}`);
    const frames = encodeMessage({ origin: this.#options.origin, body });
    for (const frame of frames) this.bytesSent += frame.byteLength;
    await connection.send(frames);
  }

  async #listen(server: number, connection: Connection): Promise<void> {
    for await (const frames of connection.messages) {
      for (const frame of frames) this.bytesReceived += frame.byteLength;
      const { origin, body } = decodeMessage(frames);
      const { runId, epoch } = this.#options.origin;
      const stranger = checkOrigin(origin, { runId, epoch });
      if (stranger?.code === 'EPOCH_STALE') continue;
      if (stranger !== null) throw new LetheError(stranger.code, `parameter server ${server + 1}: ${stranger.message}`);
      if (body.kind === 'parameters') this.#take(body);
      else if (body.kind === 'refused') this.#refused(server, body);
      else throw new LetheError('MESSAGE_FORBIDDEN', `parameter server ${server + 1} sent a ${body.kind}; expected parameters or a refusal`);
    }
  }

  #refused(server: number, { code, message, request }: Refused): void {
    // What this worker said in an epoch that is over; the coordinator has told it of the next, or will.
    if (code === 'EPOCH_STALE') return;
    // The coordinator was told as well, and has the step computed again.
    if (REFUSED_GRADIENTS.has(code)) return;
    const error = new LetheError(code, `parameter server ${server + 1} refused: ${message}`);
    if (request === 0) this.#options.onRefused(error);
    else this.#pending.get(request)?.reject(error);
  }

  #take({ request, offset, values, statistics, committed }: Parameters): void {
    const pending = this.#pending.get(request);
    if (pending === undefined) return; // given up on since
    // The last message may bring nothing but the word that all counts.
    if (values.length > 0) {
      pending.pull.take(offset, values);
      pending.missing.delete(offset);
    }
    pending.statistics ??= statistics;
    // The last message; in order, so every chunk came before it.
    if (!committed) return;
    if (pending.missing.size === 0) pending.resolve();
    else pending.ask(); // the line broke meanwhile, and what was on it is lost
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const slice of this.#pending.values()) slice.reject(error);
  }
}

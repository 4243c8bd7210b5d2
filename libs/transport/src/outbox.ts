import { foreignText, LetheError } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';
import { byteLengthOf, checkFrames } from './frames.js';

/** Sends between two yields to the event loop: ZeroMQ sends without waiting, and a burst would block the loop. */
const SENDS_PER_YIELD = 64;
/** Time until a full peer is tried again, doubled up to the longest. ZeroMQ has no event for room in a pipe. */
const FULL_DELAY_MS = { shortest: 1, longest: 8 };

interface Entry {
  readonly frames: Frames;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: LetheError) => void;
}

interface PeerQueue {
  readonly entries: Entry[];
  /** Of all entries. */
  bytes: number;
  /** The pipe to this peer had no room. The peer is known to be connected, so senders of its messages need not wait. */
  full: boolean;
  /** Whether a send has resolved before its message reached the socket. */
  promised: boolean;
}

export interface OutboxOptions {
  /** "the listener at …", for messages. */
  readonly owner: string;
  /** Bound for each peer: one that stalls does not cost the others their messages. */
  readonly maxQueuedBytes: number;
  /** A peer would break the connection at a larger one. */
  readonly maxFrameBytes: number;
  /** Hands a message to the socket at once; rejects with EAGAIN (no room), EHOSTUNREACH (no such peer) or anything else. */
  readonly transmit: (peer: string, frames: Frames) => Promise<void>;
  /** Called when messages whose sends have resolved cannot be handed over after all. */
  readonly onDropped: (peer: string, count: number) => void;
}

/**
 * The only writer of a socket. There are never two sends in flight, the bytes for each peer are bounded, and a full peer does not hold up
 * the others. Messages to one peer keep their order; peers alternate.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queues = new Map<string, PeerQueue>();
  #pumping = false;
  #retry: NodeJS.Timeout | null = null;
  #retryDelayMs = FULL_DELAY_MS.shortest;
  #closedBy: LetheError | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  async send(peer: string, frames: Frames): Promise<void> {
    checkFrames(frames, this.#options.maxFrameBytes);
    if (this.#closedBy !== null) throw this.#closedBy;
    const bytes = byteLengthOf(frames);
    const queue = this.#queues.get(peer) ?? { entries: [], bytes: 0, full: false, promised: false };
    this.#admit(peer, queue, bytes);
    this.#queues.set(peer, queue);
    await new Promise<void>((resolve, reject) => {
      queue.entries.push({ frames, bytes, resolve, reject });
      if (queue.full) resolve();
      else void this.#pump();
    });
  }

  /** Takes no further messages, hands over the queued ones, and drops the rest after `graceMs`. */
  async close(reason: LetheError, graceMs: number): Promise<void> {
    this.#closedBy ??= reason;
    if (this.#queues.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.#onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.abort(reason);
  }

  /** Takes no further messages and drops the queued ones. */
  abort(reason: LetheError): void {
    this.#closedBy ??= reason;
    if (this.#retry !== null) clearTimeout(this.#retry);
    for (const [peer, queue] of [...this.#queues]) this.#drop(peer, queue, reason);
    this.#onEmpty?.();
  }

  #admit(peer: string, queue: PeerQueue, bytes: number): void {
    const { owner, maxQueuedBytes } = this.#options;
    // An empty queue takes any message: one larger than the bound could never be sent otherwise.
    if (queue.bytes === 0 || queue.bytes + bytes <= maxQueuedBytes) {
      queue.bytes += bytes;
      return;
    }
    const bound = `may hold ${maxQueuedBytes} unsent bytes, holds ${queue.bytes}`;
    throw new LetheError('QUEUE_FULL', `the queue of ${owner} for "${foreignText(peer)}" ${bound} and was given ${bytes} more`);
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    let sends = 0;
    for (let next = this.#nextReady(); next !== undefined; next = this.#nextReady()) {
      await this.#sendFirst(...next);
      sends += 1;
      if (sends % SENDS_PER_YIELD === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#pumping = false;
    if (this.#queues.size === 0) this.#onEmpty?.();
    else this.#retryLater();
  }

  #nextReady(): [string, PeerQueue, Entry] | undefined {
    for (const [peer, queue] of this.#queues) {
      const [entry] = queue.entries;
      if (!queue.full && entry !== undefined) return [peer, queue, entry];
    }
    return undefined;
  }

  async #sendFirst(peer: string, queue: PeerQueue, entry: Entry): Promise<void> {
    try {
      await this.#options.transmit(peer, entry.frames);
    } catch (error) {
      this.#sendFailed(peer, queue, error);
      return;
    }
    if (queue.entries[0] !== entry) return; // aborted meanwhile
    queue.entries.shift();
    queue.bytes -= entry.bytes;
    this.#retryDelayMs = FULL_DELAY_MS.shortest;
    entry.resolve();
    this.#queues.delete(peer);
    if (queue.entries.length > 0) this.#queues.set(peer, queue); // at the end: the other peers are next
  }

  #sendFailed(peer: string, queue: PeerQueue, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EAGAIN' && this.#queues.has(peer)) {
      queue.full = true;
      queue.promised = true;
      for (const entry of queue.entries) entry.resolve();
      return;
    }
    const { owner } = this.#options;
    const reason =
      code === 'EHOSTUNREACH'
        ? new LetheError('PEER_UNKNOWN', `nobody called "${foreignText(peer)}" is connected to ${owner}`)
        : (this.#closedBy ?? new LetheError('CONNECTION_CLOSED', `${owner} cannot send`, { cause: error }));
    this.#drop(peer, queue, reason);
  }

  #drop(peer: string, queue: PeerQueue, reason: LetheError): void {
    this.#queues.delete(peer);
    const dropped = queue.entries.splice(0);
    for (const { reject } of dropped) reject(reason); // without effect on a send that has resolved
    if (queue.promised && dropped.length > 0) this.#options.onDropped(peer, dropped.length);
  }

  #retryLater(): void {
    if (this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      for (const queue of this.#queues.values()) queue.full = false;
      void this.#pump();
    }, this.#retryDelayMs);
    this.#retryDelayMs = Math.min(FULL_DELAY_MS.longest, 2 * this.#retryDelayMs);
  }
}

import { LetheError } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';
import { checkIdentity, invalidAddress, parseAddress } from './address.js';
import { byteLengthOf, checkFrames, readOnce } from './frames.js';
import {
  type Connection,
  type ConnectOptions,
  DEFAULT_MAX_QUEUED_BYTES,
  type Incoming,
  type Listener,
  type ListenOptions,
  type Transport,
} from './transport.js';

/**
 * A transport within one process with ZeroMQ's behaviour, for tests and for runs without other processes. Addresses `memory://name`
 * belong to the transport that was created: two transports never meet. **Frames are passed by reference.** The receiver reads the
 * sender's memory, so a frame must never be written after it was sent. Over ZeroMQ a later write is a race; here the receiver always
 * sees it.
 */
export function createMemoryTransport(): Transport {
  const hubs = new Map<string, Hub>();
  const hubAt = (address: string): Hub => {
    const parsed = parseAddress(address);
    if (parsed.scheme !== 'memory') throw invalidAddress(address, 'the memory transport expects memory://NAME');
    const hub = hubs.get(parsed.name) ?? new Hub();
    hubs.set(parsed.name, hub);
    return hub;
  };
  return {
    listen: async (address, options = {}) => hubAt(address).listen(address, options),
    connect: async (address, options) => hubAt(address).connect(address, options),
  };
}

interface Parcel {
  readonly peer: string;
  readonly frames: Frames;
  readonly outbox: MemoryOutbox;
}

/** Counts the bytes that one side has sent and the other has not read, and bounds them, as for a slow reader over ZeroMQ. */
class MemoryOutbox {
  readonly #owner: string;
  readonly #maxQueuedBytes: number;
  #queuedBytes = 0;
  #closed = false;

  constructor(owner: string, maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES) {
    this.#owner = owner;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  close(): void {
    this.#closed = true;
  }

  /** Counts a message. @throws LetheError QUEUE_FULL, CONNECTION_CLOSED or MESSAGE_MALFORMED if it cannot be taken */
  admit(frames: Frames): void {
    checkFrames(frames);
    if (this.#closed) throw new LetheError('CONNECTION_CLOSED', `${this.#owner} is closed`);
    const bytes = byteLengthOf(frames);
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#maxQueuedBytes) {
      const bound = `may hold ${this.#maxQueuedBytes} unsent bytes, holds ${this.#queuedBytes}`;
      throw new LetheError('QUEUE_FULL', `the queue of ${this.#owner} ${bound} and was given ${bytes} more`);
    }
    this.#queuedBytes += bytes;
  }

  release(frames: Frames): void {
    this.#queuedBytes -= byteLengthOf(frames);
  }
}

/** A queue with one reader, who waits while it is empty. */
class Mailbox<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | null = null;
  #ended = false;

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** Ends the reader and drops what it has not read. */
  end(): void {
    this.#ended = true;
    this.#items.length = 0;
    this.#wake?.();
  }

  async *read(): AsyncGenerator<T, void> {
    while (!this.#ended) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else await this.#arrival();
    }
  }

  async #arrival(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = null;
  }
}

async function* unpack<T>(mailbox: Mailbox<Parcel>, open: (parcel: Parcel) => T): AsyncGenerator<T, void> {
  for await (const parcel of mailbox.read()) {
    parcel.outbox.release(parcel.frames);
    yield open(parcel);
  }
}

/** The listener and the connections of one address. As with ZeroMQ, a connection may send before there is a listener. */
class Hub {
  readonly #peers = new Map<string, Mailbox<Parcel>>();
  #inbox: Mailbox<Parcel> | null = null;
  /** Messages that were sent before there was a listener. */
  readonly #early: Parcel[] = [];

  listen(address: string, options: ListenOptions): Listener {
    if (this.#inbox !== null) throw invalidAddress(address, 'it is already in use');
    const inbox = new Mailbox<Parcel>();
    this.#inbox = inbox;
    for (const parcel of this.#early.splice(0)) inbox.push(parcel);
    const outboxes = new Map<string, MemoryOutbox>();
    let isClosed = false;
    const outboxOf = (peer: string): MemoryOutbox => {
      const outbox = outboxes.get(peer) ?? new MemoryOutbox(`the listener at ${address}`, options.maxQueuedBytes);
      outboxes.set(peer, outbox);
      if (isClosed) outbox.close();
      return outbox;
    };
    return {
      address, boundAddress: address,
      admitsAnyone: false,
      messages: readOnce(() => unpack(inbox, ({ peer, frames }): Incoming => ({ peer, frames }))),
      send: async (peer, frames) => {
        const mailbox = this.#peers.get(peer);
        if (mailbox === undefined) throw new LetheError('PEER_UNKNOWN', `nobody called "${peer}" is connected to ${address}`);
        const outbox = outboxOf(peer);
        outbox.admit(frames);
        mailbox.push({ peer, frames, outbox });
      },
      close: async () => {
        isClosed = true;
        inbox.end();
        if (this.#inbox === inbox) this.#inbox = null;
      },
    };
  }

  connect(address: string, { identity, maxQueuedBytes }: ConnectOptions): Connection {
    checkIdentity(identity);
    const mailbox = new Mailbox<Parcel>();
    this.#peers.set(identity, mailbox);
    const outbox = new MemoryOutbox(`the connection to ${address}`, maxQueuedBytes);
    return {
      messages: readOnce(() => unpack(mailbox, ({ frames }) => frames)),
      reached: async () => undefined,
      send: async (frames) => {
        outbox.admit(frames);
        const parcel: Parcel = { peer: identity, frames, outbox };
        if (this.#inbox === null) this.#early.push(parcel);
        else this.#inbox.push(parcel);
      },
      close: async () => {
        outbox.close();
        mailbox.end();
        if (this.#peers.get(identity) === mailbox) this.#peers.delete(identity);
      },
    };
  }
}

import { LetheError } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';
import { invalidAddress, parseAddress } from './address.js';
import { byteLengthOf, checkFrames, readOnce } from './frames.js';
import { checkIdentity } from './identity.js';
import { Mailbox } from './mailbox.js';
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
 * ZeroMQ's twin within one process, for tests and for runs without other processes. Addresses `memory://name` belong to
 * the transport that was created, so two of them never meet. **Frames are passed by reference**: the receiver reads the
 * sender's memory, which is why a frame must never be written after it was sent (over ZeroMQ that is a race; here it is
 * always seen).
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

/** What one side has sent and the other has not read: bounded, as a slow reader's queue is. */
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

  /** Accounts for a message, or says why it cannot be taken. */
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

async function* unpack<T>(mailbox: Mailbox<Parcel>, open: (parcel: Parcel) => T): AsyncGenerator<T, void> {
  for await (const parcel of mailbox.read()) {
    parcel.outbox.release(parcel.frames);
    yield open(parcel);
  }
}

/** The meeting point of one address. As with ZeroMQ, whoever connects first may already send. */
class Hub {
  readonly #peers = new Map<string, Mailbox<Parcel>>();
  #inbox: Mailbox<Parcel> | null = null;
  /** Sent while nobody listened. */
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

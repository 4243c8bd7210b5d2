import { LetheError } from '@lethe/errors';
import { HEARTBEAT_SUFFIX } from '@lethe/membership';
import { decodeMessage, encodeMessage, type Frames, type Message } from '@lethe/protocol';
import type { Connection, ConnectOptions, Incoming, Listener, Transport } from '@lethe/transport';
import type { VirtualClock } from './virtual-clock.js';

/** A message on its way, and between which processes. */
export interface Passage {
  readonly from: string;
  readonly to: string;
  readonly message: Message;
}

export type Fate = 'deliver' | 'lose' | 'duplicate' | 'not finite' | 'too long';

export interface NetworkOptions {
  readonly clock: VirtualClock;
  /** In [0, 1), the same for the same seed. */
  readonly random: () => number;
  /** Looked at for every message; may also kill whoever sends it. */
  readonly fateOf: (passage: Passage) => Fate;
}

const LEAST_LATENCY_MS = 0.2;
const MORE_LATENCY_MS = 2;

/** Messages in order for one reader. */
class Inbox<Item> {
  #items: Item[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  put(item: Item): void {
    if (!this.#ended) this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#items = [];
    this.#wake();
  }

  async *read(): AsyncGenerator<Item, void> {
    while (!this.#ended) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

interface Ear {
  readonly owner: string;
  readonly inbox: Inbox<Incoming>;
  readonly peers: Map<string, Inbox<Frames>>;
}

/** All the processes' sockets, on virtual time: messages take a moment, keep their order between two ends, and may meet a fate. */
export class SimulatedNetwork {
  readonly #options: NetworkOptions;
  readonly #ears = new Map<string, Ear>();
  readonly #dead = new Set<string>();
  /** What waits for a stopped process, and what it had said when it was stopped. */
  readonly #held = new Map<string, (() => void)[]>();
  readonly #arrivals = new Map<string, number>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** The transport of one process. Its heartbeats' connection goes by the same name. */
  transportOf(owner: string): Transport {
    return {
      listen: async (address) => this.#listen(owner, address),
      connect: async (address, options) => this.#connect(owner, address, options),
    };
  }

  /** Nothing is heard of it any more, but for what is on its way. */
  kill(owner: string): void {
    this.#dead.add(owner);
    this.#held.delete(owner);
    for (const [address, ear] of this.#ears) if (ear.owner === owner) this.#ears.delete(address);
  }

  isDead(owner: string): boolean {
    return this.#dead.has(owner);
  }

  /** Neither hears nor says anything until it goes on. */
  stop(owner: string): void {
    if (!this.#dead.has(owner) && !this.#held.has(owner)) this.#held.set(owner, []);
  }

  goOn(owner: string): void {
    const held = this.#held.get(owner) ?? [];
    this.#held.delete(owner);
    for (const act of held) act();
  }

  #listen(owner: string, address: string): Listener {
    const ear: Ear = { owner, inbox: new Inbox(), peers: new Map() };
    this.#ears.set(address, ear);
    return {
      address, boundAddress: address,
      admitsAnyone: false,
      messages: ear.inbox.read(),
      send: async (peer, frames) => {
        const inbox = ear.peers.get(peer);
        if (inbox === undefined) throw new LetheError('PEER_UNKNOWN', `nobody called "${peer}" is connected to ${address}`);
        const to = processOf(peer);
        this.#pass({ from: owner, to, link: `${address} ${peer}` }, frames, (arrived) => { inbox.put(arrived); });
      },
      close: async () => { ear.inbox.end(); },
    };
  }

  #connect(owner: string, address: string, { identity }: ConnectOptions): Connection {
    const inbox = new Inbox<Frames>();
    const ear = this.#ears.get(address);
    ear?.peers.set(identity, inbox);
    let isClosed = false;
    return {
      messages: inbox.read(),
      reached: async () => undefined,
      send: async (frames) => {
        if (isClosed) throw new LetheError('CONNECTION_CLOSED', `the connection to ${address} is closed`);
        if (ear === undefined) return; // queued for whoever will never listen
        this.#pass({ from: owner, to: ear.owner, link: `${identity} ${address}` }, frames, (arrived) => {
          ear.inbox.put({ peer: identity, frames: arrived });
        });
      },
      close: async () => {
        isClosed = true;
        inbox.end();
        if (ear?.peers.get(identity) === inbox) ear.peers.delete(identity);
      },
    };
  }

  #pass({ from, to, link }: { from: string; to: string; link: string }, frames: Frames, arrive: (frames: Frames) => void): void {
    const { clock, random, fateOf } = this.#options;
    if (this.#dead.has(from)) return;
    const message = decodeMessage(frames);
    const fate = fateOf({ from, to, message });
    if (fate === 'lose' || this.#dead.has(from)) return;
    const passed = fate === 'not finite' || fate === 'too long' ? spoilt(message, fate) : frames;
    const land = (): void => {
      if (this.#dead.has(to)) return;
      const held = this.#held.get(to);
      if (held === undefined) arrive(passed);
      else held.push(land);
    };
    const set = (): void => {
      const atMs = Math.max(this.#arrivals.get(link) ?? 0, clock.nowMs + LEAST_LATENCY_MS + random() * MORE_LATENCY_MS);
      this.#arrivals.set(link, atMs);
      clock.after(atMs - clock.nowMs, land);
      if (fate === 'duplicate') clock.after(atMs - clock.nowMs, land);
    };
    const held = this.#held.get(from);
    if (held === undefined) set();
    else held.push(set);
  }
}

/** What a broken worker would have sent. */
function spoilt({ origin, body }: Message, how: 'not finite' | 'too long'): Frames {
  if (body.kind !== 'push') return encodeMessage({ origin, body });
  const gradient = new Float32Array(body.gradient.length + (how === 'too long' ? 1 : 0));
  gradient.set(body.gradient);
  if (how === 'not finite') gradient[gradient.length - 1] = NaN;
  return encodeMessage({ origin, body: { ...body, gradient } });
}

/** Whose connection goes by a name. */
function processOf(identity: string): string {
  return identity.endsWith(HEARTBEAT_SUFFIX) ? identity.slice(0, -HEARTBEAT_SUFFIX.length) : identity;
}
